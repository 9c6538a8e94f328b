// The page's side of the worker: calls with an end, and a new worker where one does not answer.
import type { Answer, Calls, Name, Reply, Request, Source } from './protocol.ts'

/** After so many milliseconds a worker is replaced: large lists take seconds on a slow machine, policies do not. How long
 * it takes to be loaded is the network's affair. */
const MOST_PATIENCE = 5_000
const MOST_LOADING = 30_000
/** A list may take so many milliseconds more for each of its megabytes. */
const PER_MEGABYTE = 1_000

function patienceWith(name: Name, first: unknown): number {
  if (name !== 'load') return MOST_PATIENCE
  const source = first as Source
  const size = source.kind === 'text' ? source.text.length : source.kind === 'file' ? source.file.size : 0
  return MOST_LOADING + (size / 1e6) * PER_MEGABYTE
}

/** So many workers in a row may say nothing before no other is started. */
const MOST_SILENT = 3

/** Why a call has no answer. */
export class Refused extends Error {}
/** The worker was replaced; what was asked of it is gone. */
export class Replaced extends Error {}

interface Waiting {
  resolve: (answer: unknown) => void
  reject: (error: Error) => void
  /** How long it may take. */
  patience: number
  timer?: ReturnType<typeof setTimeout>
}

export class Client {
  #isReady = false
  #worker = this.#start()
  #waiting = new Map<number, Waiting>()
  #next = 0
  /** What a new worker is to hold again: what one has held. */
  #source: Source | null = null
  /** Workers in a row that gave no answer. */
  #silent = 0

  call<N extends Name>(name: N, ...words: Parameters<Calls[N]>): Promise<Answer<N>> {
    if (this.#silent > MOST_SILENT) return Promise.reject(new Replaced('The module cannot be started. Load the page again.'))
    const answer = this.#ask(name, ...words)
    if (name === 'load') {
      const held = () => {
        this.#source = words[0] as Source
      }
      answer.then(held, () => undefined)
    }
    return answer
  }

  #ask<N extends Name>(name: N, ...words: Parameters<Calls[N]>): Promise<Answer<N>> {
    return new Promise<Answer<N>>((resolve, reject) => {
      const id = this.#next++
      const waiting: Waiting = { resolve: resolve as (answer: unknown) => void, reject, patience: patienceWith(name, words[0]) }
      this.#waiting.set(id, waiting)
      this.#timeFirst()
      const request: Request = { id, name, words }
      this.#worker.postMessage(request)
    })
  }

  /** The worker answers one call after the other: only the first that waits is under way. */
  #timeFirst() {
    const [first] = this.#waiting.values()
    if (!this.#isReady || !first || first.timer !== undefined) return
    const late = () => this.#replace('The module took too long and was started anew.')
    first.timer = setTimeout(late, first.patience)
  }

  #start(): Worker {
    this.#isReady = false
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
    worker.onmessage = ({ data }: MessageEvent<Reply>) => this.#take(data)
    worker.onerror = () => this.#replace('The module could not be started.')
    return worker
  }

  #take(reply: Reply) {
    if ('ready' in reply) {
      this.#isReady = true
      this.#timeFirst()
      return
    }
    const waiting = this.#waiting.get(reply.id)
    if (!waiting) return
    this.#silent = 0
    this.#waiting.delete(reply.id)
    clearTimeout(waiting.timer)
    if ('answer' in reply) {
      waiting.resolve(reply.answer)
    } else if (reply.broken) {
      waiting.reject(new Replaced(`The module stopped at this (${reply.refusal}) and was started anew. The next text is checked again.`))
      this.#replace('The module stopped and was started anew.')
    } else {
      waiting.reject(new Refused(reply.refusal))
    }
    this.#timeFirst()
  }

  #replace(why: string) {
    this.#worker.terminate()
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer)
      reject(new Replaced(why))
    }
    this.#waiting.clear()
    this.#silent += 1
    if (this.#silent > MOST_SILENT) return
    this.#worker = this.#start()
    const source = this.#source
    this.#source = null
    // The list that broke it is not loaded a second time: the call that follows says what is missing.
    if (source) this.call('load', source).catch(() => undefined)
  }
}
