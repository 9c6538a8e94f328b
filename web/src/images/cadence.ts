// Images of a repository that nobody has listed yet: made from how often one pushes, and from what the policy asks for.
import { DAY, type Image, image, list, numbers, type Random, short } from './making.ts'

export interface Cadence {
  /** Pushes a day. */
  perDay: number
  days: number
  /** The last push is at this time. */
  now: number
  /** What tags look like: `v*`, `pr-*`. Those in one row are on one image. */
  tags: string[][]
}

/** Of what somebody may ask for. */
export const MOST_PER_DAY = 2_000
export const MOST_DAYS = 1_500
/** As many as ECR holds in a repository. */
const MOST_IMAGES = 100_000

/** Of so many days, those whose pushes a repository has room for: the last ones. */
export const daysHeld = (perDay: number, days: number) => Math.max(1, Math.min(days, Math.floor(MOST_IMAGES / perDay)))

/** What tags the rules of a policy ask for, out of its compiled JSON. */
export function tagsOf(policy: string): string[][] {
  interface Selection {
    tagPatternList?: string[]
    tagPrefixList?: string[]
  }
  const { rules } = JSON.parse(policy) as { rules: { selection: Selection }[] }
  const found = new Map<string, string[]>()
  const add = (row: string[]) => {
    const name = row.join(' ')
    if (!found.has(name)) found.set(name, row)
  }
  for (const { selection } of rules) {
    const patterns = selection.tagPatternList ?? selection.tagPrefixList?.map((prefix) => `${prefix}*`)
    if (!patterns) continue
    for (const pattern of patterns) add([pattern])
    if (patterns.length > 1) add(patterns)
  }
  for (const usual of ['v*', 'main-*']) if (found.size < 2) add([usual])
  return [...found.values()].slice(0, 60)
}

export function cadenceImages({ perDay, days, now, tags }: Cadence): string {
  const random = numbers(7)
  const count = Math.min(MOST_IMAGES, Math.max(1, Math.round(perDay * days)))
  const images: Image[] = []
  const taken = new Set<string>()
  const untagged = tags.length
  for (let at = 0; at < count; at++) {
    // Newest first, with a little unrest, and none at the very moment.
    const pushed = now - ((at + 0.2 + 0.6 * random()) * days * DAY) / count
    const row = Math.floor(random() * (tags.length + 0.6))
    const number = count - at
    images.push(image(random, pushed, row === untagged ? [] : named(tags[row] ?? [], number, taken, random)))
  }
  return list(images)
}

/** What a tag can be. Source: the OCI distribution specification, "Pulling manifests". */
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/

/** A tag names one image: one without a star is on the newest, and those before it are builds like any other. */
function named(patterns: string[], number: number, taken: Set<string>, random: Random): string[] {
  const tags: string[] = []
  for (const pattern of patterns) {
    let stars = 0
    const tag = pattern.replace(/\*/g, () => (stars++ === 0 ? String(number) : short(random)))
    if (taken.has(tag) || !TAG.test(tag)) continue
    taken.add(tag)
    tags.push(tag)
  }
  return tags.length > 0 ? tags : [`build-${number}`]
}
