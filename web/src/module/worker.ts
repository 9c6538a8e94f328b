// Holds the module. Everything that could take long is done here, so that typing never waits.
import init, { causes, compile, mend, Repository } from '../../module/ecrane.js'
import address from '../../module/ecrane_bg.wasm?url'
import { cadenceImages } from '../images/cadence.ts'
import { familiesOf } from '../images/families.ts'
import { masked } from '../images/masked.ts'
import { sample } from '../images/samples.ts'
import { MOST_EDITED, MOST_LIST, textOf, withLines } from '../intake.ts'
import type { Calls, Columns, Reply, Request, Source } from './protocol.ts'

/** What a tool prints around the words of ECR, and more. */
const LONGEST_REFUSAL = 10_000

let repository: Repository | null = null
let list = ''

async function listOf(source: Source): Promise<string> {
  switch (source.kind) {
    case 'sample':
      return sample(source.id).images()
    case 'cadence':
      return cadenceImages(source.cadence)
    case 'text':
      return masked(withLines(source.text))
    case 'file':
      return masked(await textOf(source.file, MOST_LIST, 'lists of images'))
  }
}

function held(): Repository {
  if (repository === null) throw new Error('no images are loaded')
  return repository
}

const calls: { [N in keyof Calls]: (...words: Parameters<Calls[N]>) => ReturnType<Calls[N]> | Promise<ReturnType<Calls[N]>> } = {
  async load(source): Promise<Columns> {
    const text = await listOf(source)
    const next = new Repository(text)
    repository?.free()
    repository = next
    list = text
    const pushed = next.pushed()
    return {
      count: pushed.length,
      findings: next.findings(),
      pushed,
      sizes: next.sizes(),
      ...familiesOf(next.firstTags(), pushed.length),
      text: text.length <= MOST_EDITED ? text : null,
    }
  },
  play(text, now, own) {
    const start = performance.now()
    const played = held().play(text, now, own)
    const verdicts = held().verdicts()
    return { played, causes: played.report.valid ? null : (causes(text.slice(0, LONGEST_REFUSAL)) ?? null), verdicts, took: performance.now() - start }
  },
  rows(images) {
    const bases = held().bases(images)
    return held().rows(images).flatMap((verdict, at) => (bases[at] ? [{ ...verdict, basis: bases[at] }] : []))
  },
  find: (words) => held().find(words),
  compare: (old, next, now) => held().compare(old, next, now),
  mend: (text, code, from) => mend(text, code, from),
  alone(text) {
    const { report, policy } = compile(text)
    return report.around ? policy : text
  },
  list: () => list,
}

const ready = init({ module_or_path: address }).then(
  () => self.postMessage({ ready: true } satisfies Reply),
  () => Promise.reject(new Error('The module could not be loaded. Load the page again when there is a network.')),
)
// Said to each call.
ready.catch(() => undefined)

/** One call after the other: what comes while a list is read is about that list. */
let queue = Promise.resolve()

self.onmessage = ({ data }: MessageEvent<Request>) => {
  queue = queue.then(() => answer(data))
}

async function answer(data: Request) {
  let reply: Reply
  try {
    await ready
    const call = calls[data.name] as (...words: unknown[]) => unknown
    reply = { id: data.id, answer: await call(...data.words) }
  } catch (error) {
    // The module's own refusals are plain errors. A trap leaves it in no state to go on.
    const broken = error instanceof WebAssembly.RuntimeError || error instanceof RangeError
    reply = { id: data.id, refusal: error instanceof Error ? error.message : String(error), broken }
  }
  self.postMessage(reply)
}
