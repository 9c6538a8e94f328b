// Calls the module as a page does. The first argument is its folder; standard
// input is a list of calls, each `[function, argument, …]`; standard output is
// the list of `{ answer }` or `{ refusal }`.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const folder = resolve(process.argv[2])
const ecrane = await import(pathToFileURL(`${folder}/ecrane.js`))
ecrane.initSync({ module: readFileSync(`${folder}/ecrane_bg.wasm`) })

// What takes a repository is handed the list of its images here.
const onImages = {
  play(images, policy, now, own) {
    const repository = new ecrane.Repository(images)
    const played = repository.play(policy, now, own)
    const verdicts = repository.verdicts()
    const results = repository.rows(Uint32Array.from(verdicts.keys()))
    const lines = repository.firstTags().split('\n').slice(0, -1)
    const columns = [repository.pushed(), repository.sizes()].map((column) => [...column])
    return { played, images: repository.findings(), results, verdicts: [...verdicts], lines, columns }
  },
  compare: (images, ...words) => new ecrane.Repository(images).compare(...words),
  find: (images, words) => [...new ecrane.Repository(images).find(words)],
}

const answers = JSON.parse(readFileSync(0, 'utf8')).map(([name, ...words]) => {
  try {
    return { answer: (onImages[name] ?? ecrane[name])(...words) }
  } catch (error) {
    return { refusal: error.message }
  }
})
process.stdout.write(JSON.stringify(answers))
