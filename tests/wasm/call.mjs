// Calls the module as a page does. The first argument is its folder; standard
// input is a list of calls, each `[function, argument, …]`; standard output is
// the list of `{ answer }` or `{ refusal }`.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const folder = resolve(process.argv[2])
const ecrane = await import(pathToFileURL(`${folder}/ecrane.js`))
ecrane.initSync({ module: readFileSync(`${folder}/ecrane_bg.wasm`) })

const answers = JSON.parse(readFileSync(0, 'utf8')).map(([name, ...words]) => {
  try {
    return { answer: ecrane[name](...words) }
  } catch (error) {
    return { refusal: error.message }
  }
})
process.stdout.write(JSON.stringify(answers))
