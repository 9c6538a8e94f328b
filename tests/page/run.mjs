// Runs one scenario of `scenarios/` on the built page. The arguments are its name and the page's folder; standard input
// is what it is given; standard output is what it saw.
import { readFileSync } from 'node:fs'
import { launch } from './browser.mjs'
import { serve } from './serve.mjs'

const [name, folder] = process.argv.slice(2)
const { default: scenario } = await import(`./scenarios/${name}.mjs`)
const given = JSON.parse(readFileSync(0, 'utf8') || 'null')
const { address, close } = await serve(folder)
const browser = await launch()
try {
  process.stdout.write(JSON.stringify(await scenario(browser, address, given)))
} finally {
  await browser.close()
  close()
}
