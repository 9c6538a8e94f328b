// What the page is at: the policy, the images, the time, and what the module said of them last.
import { readable } from './export.ts'
import { embedded, type Given, given, isGiven } from './given.ts'
import { type Kind, kindOf, kindOfStart, MOST_LIST, MOST_POLICY, textOf, tooLong, withLines } from './intake.ts'
import { NOW, sample, SAMPLES } from './images/samples.ts'
import { daysHeld, tagsOf } from './images/cadence.ts'
import { Client } from './module/client.ts'
import type { Columns, Compared, Outcome, Source } from './module/protocol.ts'
import { kept } from './kept.ts'
import { fromFile, type Shared, unpack } from './permalink.ts'

/** How images were come by. */
export type Origin =
  | { kind: 'sample'; id: string }
  /** Made for the policy, as long as nobody gave images. */
  | { kind: 'standIn'; perDay: number; days: number }
  | { kind: 'own'; name: string }

export type Phase = 'loading' | 'ready' | 'failed'

/** Images that the module holds and nothing has been played through on yet: until then, the ones before are shown. */
interface Next {
  columns: Columns
  origin: Origin
  /** Null where the time stays. */
  now: number | null
  /** The text that they were read from, where somebody types it. */
  draft: string | null
}

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
  /** The policy that is compared with, without a document around it. */
  beforeAlone = $state<string | null>(null)
  /** From the keystroke to the outcome on the page's side, in milliseconds. */
  took = $state(0)

  #next: Next | null = null
  #reading = false
  #playing = $state(false)
  #mending = $state(false)
  #again = false
  /** Until nothing is to be played any more. */
  #run: Promise<void> | null = null
  #standInFor = ''
  /** Counts the lists that were asked for: the last one stays. */
  #wish = 0
  /** Counts how often the time was moved. */
  #moves = 0

  /** The end of the time slider's range begins here. */
  readonly base = $derived(this.origin.kind === 'sample' ? NOW : Math.floor(Date.now() / 60_000) * 60_000)
  /** Whether the outcome is that of what is shown: nothing is under way. */
  readonly atRest = $derived(!this.#playing && !this.#mending && this.phase !== 'loading' && (this.played === this.policy || this.trouble !== ''))
  /** The policy that was played last, without the document that it stands in: that may tell account ids and more. Null where
   * it has errors. */
  readonly alone = $derived.by(() => {
    const played = this.outcome?.played
    if (!played) return null
    if (!played.report.around) return this.played
    return played.policy === null ? null : readable(played.policy)
  })
  readonly sampleShown = $derived(this.origin.kind === 'sample' ? sample(this.origin.id) : null)

  /** What is seen, but for the images. */
  readonly seen = $derived.by((): Shared => {
    const { origin, now, base } = this
    const seen: Shared = { policy: this.policy }
    if (this.before !== null) seen.before = this.before
    if (origin.kind === 'sample') seen.sample = origin.id
    if (origin.kind === 'standIn') seen.cadence = { perDay: origin.perDay, days: origin.days }
    // Of a list that is not told, nobody knows what its time is away from.
    if (now !== base && origin.kind !== 'own') seen.ahead = now - base
    return seen
  })

  async start(fragment: string) {
    const left = this.columns || isGiven || embedded ? null : kept(fragment)
    if (left) {
      await this.open(left.seen)
      if (left.lost !== null) this.notice = `The images from ${left.lost} were not kept: drop them once more. These are made up.`
      return
    }
    let shared: Shared | null
    try {
      shared = await unpack(fragment)
    } catch (error) {
      // Who opened the page did not ask for a sample; who has written something keeps that.
      if (!this.columns) await this.standIn()
      this.notice = said(error)
      return
    }
    if (shared) await this.open(shared)
    else if (isGiven) await this.#openGiven()
    else await this.openSample(SAMPLES[0]?.id ?? 'trap')
  }

  /** Another link in the same window. One that holds nothing takes nothing away. */
  async move(fragment: string) {
    if (fragment !== '') await this.start(fragment)
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
    const { images, sample: id, cadence, ahead, now } = shared
    this.notice = ''
    this.policy = withLines(shared.policy)
    this.before = shared.before === undefined ? null : withLines(shared.before)
    if (images !== undefined) await this.loadText(images, 'the images of the link', now)
    else if (id !== undefined) await this.#loadSample(id, ahead)
    else await this.standIn(cadence?.perDay, cadence?.days, ahead ?? 0)
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
    else void this.play()
  }

  /** What is pasted where a policy is written, and is none; whether it was that. */
  divert(text: string): boolean {
    const kind = kindOfStart(text)
    if (kind === 'images') void this.loadText(text, 'the clipboard')
    if (kind === 'view') void this.#openView(text)
    return kind !== 'policy'
  }

  async #openView(text: string) {
    try {
      await this.open(fromFile(text))
    } catch (error) {
      this.notice = said(error)
    }
  }

  refuseLonger(length: number) {
    this.notice = tooLong(length, MOST_POLICY, 'policies').message
  }

  /** Files that somebody dropped: of each kind the last one stays. */
  async takeAll(files: Iterable<File>) {
    this.notice = ''
    const taken = new Map<Kind, string>()
    const left: string[] = []
    const said: string[] = []
    for (const file of files) {
      const answer = await this.#take(file)
      if (answer instanceof Error) {
        said.push(answer.message)
        continue
      }
      const before = taken.get(answer)
      if (before !== undefined) left.push(`“${before}”`)
      taken.set(answer, file.name)
    }
    if (left.length > 0) said.push(`One file of a kind is shown at a time: ${left.join(', ')} made room for the last.`)
    this.notice = said.join(' ')
  }

  /** What the file was, or why it was not taken. */
  async #take(file: File): Promise<Kind | Error> {
    try {
      const kind = await kindOf(file)
      if (kind === 'images') await this.loadFile(file)
      else if (kind === 'view') await this.open(fromFile(await textOf(file, MOST_LIST, 'files')))
      else this.write(await textOf(file, MOST_POLICY, 'policies'), true)
      return kind
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error))
    }
  }

  setNow(now: number) {
    this.now = now
    this.#moves += 1
    void this.play()
  }

  async #loadSample(id: string, ahead = 0) {
    const known = sample(id).id
    await this.#load({ kind: 'sample', id: known }, { kind: 'sample', id: known }, NOW + ahead)
  }

  /** Images made up so that they fit the policy's tags. The time stays as far from today as it was. */
  async standIn(perDay = 12, days = 120, ahead: number | null = null) {
    this.#wish += 1
    const wish = this.#wish
    this.phase = 'loading'
    const today = Math.floor(Date.now() / 60_000) * 60_000
    let policy: string | null = null
    try {
      if (!this.columns) await this.client.call('load', { kind: 'text', text: '[]' })
      policy = (await this.client.call('play', this.policy, today, false)).played.policy
    } catch {
      // The policy is played once more below, and what is wrong with it shown.
    }
    // Somebody chose other images meanwhile.
    if (wish !== this.#wish) return
    this.#standInFor = policy ?? ''
    const tags = tagsOf(policy ?? '{"rules": []}')
    const held = daysHeld(perDay, days)
    const source: Source = { kind: 'cadence', cadence: { perDay, days: held, now: today, tags } }
    const away = ahead ?? (this.origin.kind === 'standIn' ? this.now - this.base : 0)
    await this.#load(source, { kind: 'standIn', perDay, days: held }, today + away)
  }

  async loadText(text: string, name: string, now = Date.now()) {
    this.notice = ''
    await this.#load({ kind: 'text', text }, { kind: 'own', name }, now)
  }

  /** The list as somebody types it. The time stays; while one is read, only the last of those that came is read next. */
  async editList(text: string) {
    this.notice = ''
    this.draft = text
    if (this.#reading) return
    this.#reading = true
    let read: string
    do {
      read = this.draft
      await this.#load({ kind: 'text', text: read }, { kind: 'own', name: 'the list as you changed it' }, null, read)
      // What could not be read stays as it was typed.
    } while (this.draft !== null && this.draft !== read)
    this.#reading = false
  }

  async loadFile(file: File) {
    this.notice = ''
    await this.#load({ kind: 'file', file }, { kind: 'own', name: file.name }, Date.now())
  }

  async #load(source: Source, origin: Origin, now: number | null, draft: string | null = null) {
    this.#wish += 1
    const wish = this.#wish
    const moves = this.#moves
    this.draft = draft
    this.phase = 'loading'
    this.trouble = ''
    try {
      const columns = await this.client.call('load', source)
      const hasMoved = moves !== this.#moves && origin.kind === 'standIn' && this.origin.kind === 'standIn'
      this.#next = { columns, origin, now: hasMoved ? null : now, draft }
    } catch (error) {
      if (wish !== this.#wish) return
      this.phase = 'failed'
      this.trouble = said(error)
      return
    }
    await this.play()
    if (wish === this.#wish) this.phase = 'ready'
  }

  /** Plays the policy as it is now. While one is under way, only the last of those that came is played. */
  play(): Promise<void> {
    this.#again = true
    this.#run ??= this.#playOn()
    return this.#run
  }

  async #playOn() {
    this.#playing = true
    while (this.#again) {
      this.#again = false
      await this.#play()
    }
    this.#playing = false
    this.#run = null
  }

  async #play() {
    const start = performance.now()
    const { policy } = this
    const wish = this.#wish
    const next = this.#next
    const now = next?.now ?? this.now
    const { origin } = next ?? this
    try {
      const outcome = await this.client.call('play', policy, now, origin.kind === 'own')
      // Other images came meanwhile: it may be of those, and at another time.
      if (next !== this.#next) return
      if (next) this.#show(next)
      this.outcome = outcome
      this.played = policy
      // Why a list was not read stays said.
      if (this.phase !== 'failed') this.trouble = ''
      this.took = performance.now() - start
      await this.#compare()
      // Not where other images are on their way.
      if (wish === this.#wish) this.#fitStandIn(outcome)
    } catch (error) {
      if (next && next === this.#next) {
        this.#show(next)
        this.outcome = null
      }
      this.trouble = said(error)
    }
  }

  #show({ columns, origin, now, draft }: Next) {
    this.#next = null
    this.columns = columns
    this.origin = origin
    this.now = now ?? this.now
    if (draft === this.draft) this.draft = null
  }

  async #compare() {
    const { before } = this
    const compared = before === null ? null : await this.client.call('compare', before, this.policy, this.now)
    const alone = before === null ? null : await this.client.call('alone', before)
    this.compared = compared
    this.beforeAlone = alone === before ? alone : alone && readable(alone)
  }

  /** Other tags in the policy, other images to stand in. */
  #fitStandIn({ played }: Outcome) {
    if (this.origin.kind !== 'standIn' || played.policy === null) return
    const tags = (policy: string) => (policy === '' ? '' : JSON.stringify(tagsOf(policy)))
    if (tags(played.policy) !== tags(this.#standInFor)) void this.standIn(this.origin.perDay, this.origin.days)
  }

  compareWith(text: string | null) {
    this.before = text
    void this.play()
  }

  /** The finding's rule written anew, by the module; what was typed meanwhile stays. */
  async mend(code: string, from: number) {
    this.#mending = true
    const { policy } = this
    try {
      const { text, refusal } = await this.client.call('mend', policy, code, from)
      if (policy !== this.policy) this.notice = 'The text has changed meanwhile, and was left as it is: mend once more.'
      else if (text !== null) this.write(text, false)
      else this.trouble = refusal === null ? '' : `That cannot be mended: ${refusal}.`
    } catch (error) {
      this.tell(error)
    }
    this.#mending = false
  }

  /** Why the module did not answer. */
  tell(error: unknown) {
    this.trouble = said(error)
  }
}

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

export const desk = new Desk()
/** Days. */
export const RANGE = { back: 180, ahead: 365 }
