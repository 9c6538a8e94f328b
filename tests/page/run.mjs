// Runs one scenario of `scenarios/` on the page. The arguments are its name and where the page is: its folder, or the
// address where a program shows it; standard input is what it is given; standard output is what it saw.
import { readFileSync } from 'node:fs'
import { launch } from './browser.mjs'
import { serve } from './serve.mjs'

const [name, place] = process.argv.slice(2)
const { default: scenario } = await import(`./scenarios/${name}.mjs`)
const given = JSON.parse(readFileSync(0, 'utf8') || 'null')
const { address, close } = place.startsWith('http://') ? { address: place, close: () => {} } : await serve(place)
const browser = await launch()
try {
  process.stdout.write(JSON.stringify(await scenario(browser, address, given)))
} finally {
  await browser.close()
  close()
}
