// What the page is at: the policy, the images, the time, and what the module said of them last.
import { readable } from './export.ts'
import { type Given, given, isGiven } from './given.ts'
import { kindOf, MOST_LIST, MOST_POLICY, textOf, tooLong, withLines } from './intake.ts'
import { NOW, sample, SAMPLES } from './images/samples.ts'
import { tagsOf } from './images/cadence.ts'
import { DAY } from './images/making.ts'
import { Client } from './module/client.ts'
import type { Columns, Compared, Outcome, Source } from './module/protocol.ts'
import { fromFile, type Shared, unpack } from './permalink.ts'

/** How images were come by. */
export type Origin =
  | { kind: 'sample'; id: string }
  /** Made for the policy, as long as nobody gave images. */
  | { kind: 'standIn'; perDay: number; days: number }
  | { kind: 'own'; name: string }

export type Phase = 'loading' | 'ready' | 'failed'

class Desk {
  readonly client = new Client()

  policy = $state('')
  /** The policy that it is compared with; null while nobody compares. */
  before = $state<string | null>(null)
  origin = $state<Origin>({ kind: 'sample', id: SAMPLES[0]?.id ?? 'trap' })
  now = $state(NOW)

  phase = $state<Phase>('loading')
  /** Why there are no images, or why the module was replaced. */
  trouble = $state('')
  /** Why something that somebody gave was not taken. */
  notice = $state('')
  columns = $state.raw<Columns | null>(null)
  /** The list of images as somebody types it, until the module has read it. */
  draft = $state<string | null>(null)
  outcome = $state.raw<Outcome | null>(null)
  /** The policy that the outcome is of. */
  played = $state('')
  compared = $state.raw<Compared | null>(null)
  /** From the keystroke to the outcome on the page's side, in milliseconds. */
  took = $state(0)

  #reading = false
  #playing = $state(false)
  #mending = $state(false)
  #again = false
  #standInFor = ''

  /** The end of the time slider's range begins here. */
  readonly base = $derived(this.origin.kind === 'sample' ? NOW : Math.floor(Date.now() / 60_000) * 60_000)
  /** Whether the outcome is that of what is shown: nothing is under way. */
  readonly atRest = $derived(!this.#playing && !this.#mending && this.phase !== 'loading' && (this.played === this.policy || this.trouble !== ''))
  /** The policy without the template or plan that it stands in: that may have account ids and secrets in it. */
  readonly alone = $derived.by(() => {
    const played = this.outcome?.played
    if (played?.report.dialect !== 'cloudformation' && played?.report.dialect !== 'terraform-plan') return this.policy
    return played.policy === null ? '' : readable(played.policy)
  })
  readonly sampleShown = $derived(this.origin.kind === 'sample' ? sample(this.origin.id) : null)

  async start(fragment: string) {
    let shared: Shared | null
    try {
      shared = await unpack(fragment)
    } catch (error) {
      await this.#openNothing()
      this.notice = said(error)
      return
    }
    if (shared) await this.open(shared)
    else if (isGiven) await this.#openGiven()
    else await this.openSample(SAMPLES[0]?.id ?? 'trap')
  }

  /** An empty policy, as whoever opened the page did not ask for a sample. */
  async #openNothing() {
    this.policy = ''
    this.before = null
    await this.standIn()
  }

  async #openGiven() {
    let files: Given
    try {
      files = await given()
    } catch (error) {
      this.phase = 'failed'
      this.trouble = said(error)
      return
    }
    const { policy, images } = files
    this.policy = withLines(policy ?? sample(SAMPLES[0]?.id ?? 'trap').policy)
    this.before = null
    if (images !== null) await this.loadFile(images)
    else if (policy !== null) await this.standIn()
    else await this.openSample(SAMPLES[0]?.id ?? 'trap')
  }

  async open(shared: Shared) {
    this.notice = ''
    this.policy = withLines(shared.policy)
    this.before = shared.before ?? null
    if (shared.images !== undefined) await this.loadText(shared.images, 'the images of the link')
    else if (shared.sample !== undefined) await this.#loadSample(shared.sample)
    else await this.standIn()
    if (shared.now !== undefined) this.setNow(shared.now)
  }

  async openSample(id: string) {
    this.notice = ''
    this.policy = sample(id).policy
    this.before = null
    await this.#loadSample(id)
  }

  /** What somebody types. Pasting a policy over all of another one asks for images that fit it. */
  write(text: string, whole: boolean) {
    this.notice = ''
    this.policy = text
    if (!this.columns || (whole && this.origin.kind === 'sample')) void this.standIn()
    else this.play()
  }

  refuseLonger(length: number) {
    this.notice = tooLong(length, MOST_POLICY, 'policies').message
  }

  /** A file that somebody dropped. */
  async take(file: File) {
    try {
      const kind = await kindOf(file)
      if (kind === 'images') await this.loadFile(file)
      else if (kind === 'view') await this.open(fromFile(await textOf(file, MOST_LIST, 'files')))
      else this.write(await textOf(file, MOST_POLICY, 'policies'), true)
    } catch (error) {
      this.notice = said(error)
    }
  }

  setNow(now: number) {
    this.now = now
    this.play()
  }

  async #loadSample(id: string) {
    const known = sample(id).id
    await this.#load({ kind: 'sample', id: known }, { kind: 'sample', id: known }, NOW)
  }

  /** Images made up so that they fit the policy's tags. */
  async standIn(perDay = 12, days = 120) {
    this.phase = 'loading'
    const now = Math.floor(Date.now() / 60_000) * 60_000
    let policy: string | null = null
    try {
      if (!this.columns) await this.client.call('load', { kind: 'text', text: '[]' })
      policy = (await this.client.call('play', this.policy, now, false)).played.policy
    } catch {
      // The policy is played once more below, and what is wrong with it shown.
    }
    this.#standInFor = policy ?? ''
    const tags = tagsOf(policy ?? '{"rules": []}')
    const source: Source = { kind: 'cadence', cadence: { perDay, days, now, tags } }
    await this.#load(source, { kind: 'standIn', perDay, days }, now)
  }

  async loadText(text: string, name: string) {
    this.notice = ''
    await this.#load({ kind: 'text', text }, { kind: 'own', name }, Date.now())
  }

  /** The list as somebody types it. The time stays; while one is read, only the last of those that came is read next. */
  async editList(text: string) {
    this.notice = ''
    this.draft = text
    if (this.#reading) return
    this.#reading = true
    while (this.draft !== null) {
      const text: string = this.draft
      await this.#load({ kind: 'text', text }, { kind: 'own', name: 'the list as you changed it' }, this.now, text)
      if (this.draft !== text) continue
      // What could not be read stays as it was typed.
      if (this.phase !== 'failed') this.draft = null
      break
    }
    this.#reading = false
  }

  async loadFile(file: File) {
    this.notice = ''
    await this.#load({ kind: 'file', file }, { kind: 'own', name: file.name }, Date.now())
  }

  async #load(source: Source, origin: Origin, now: number, draft: string | null = null) {
    this.draft = draft
    this.phase = 'loading'
    this.trouble = ''
    try {
      this.columns = await this.client.call('load', source)
      this.origin = origin
      this.now = now
      this.phase = 'ready'
    } catch (error) {
      this.phase = 'failed'
      this.trouble = said(error)
      return
    }
    this.play()
  }

  /** Plays the policy as it is now. While one is under way, only the last of those that came is played. */
  play() {
    if (this.#playing) {
      this.#again = true
      return
    }
    void this.#play()
  }

  async #play() {
    this.#playing = true
    const start = performance.now()
    const { policy, now } = this
    try {
      const outcome = await this.client.call('play', policy, now, this.origin.kind === 'own')
      this.outcome = outcome
      this.played = policy
      // Why a list was not read stays said.
      if (this.phase !== 'failed') this.trouble = ''
      this.took = performance.now() - start
      await this.#compare()
      this.#fitStandIn(outcome)
    } catch (error) {
      this.trouble = said(error)
    }
    this.#playing = false
    if (this.#again) {
      this.#again = false
      this.play()
    }
  }

  async #compare() {
    this.compared = this.before === null ? null : await this.client.call('compare', this.before, this.policy, this.now)
  }

  /** Other tags in the policy, other images to stand in. */
  #fitStandIn({ played }: Outcome) {
    if (this.origin.kind !== 'standIn' || played.policy === null) return
    const tags = (policy: string) => (policy === '' ? '' : JSON.stringify(tagsOf(policy)))
    if (tags(played.policy) !== tags(this.#standInFor)) void this.standIn(this.origin.perDay, this.origin.days)
  }

  compareWith(text: string | null) {
    this.before = text
    this.play()
  }

  /** The finding's rule written anew, by the module. */
  async mend(code: string, from: number) {
    this.#mending = true
    try {
      const { text, refusal } = await this.client.call('mend', this.policy, code, from)
      if (text !== null) this.write(text, false)
      else this.trouble = refusal === null ? '' : `That cannot be mended: ${refusal}.`
    } catch (error) {
      this.trouble = said(error)
    }
    this.#mending = false
  }
}

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

export const desk = new Desk()
export const RANGE = { back: 180 * DAY, ahead: 365 * DAY }
