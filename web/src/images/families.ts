// Tags that begin alike are one family: a row of the timeline.

/** A timeline with more rows is no picture. */
const MOST = 12

export const UNTAGGED = 'untagged'
const OTHERS = 'other tags'

export interface Families {
  families: Uint8Array
  familyNames: string[]
}

/** The family of each line's tag, the most frequent first. */
export function familiesOf(tags: string, count: number): Families {
  const lines = tags.split('\n')
  const names = new Map<string, number>()
  for (let at = 0; at < count; at++) {
    const name = familyOf(lines[at] ?? '')
    names.set(name, (names.get(name) ?? 0) + 1)
  }
  const untagged = names.delete(UNTAGGED)
  const byCount = [...names].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1)).map(([name]) => name)
  const room = MOST - (untagged ? 1 : 0)
  const shown = byCount.length > room ? [...byCount.slice(0, room - 1), OTHERS] : byCount
  const familyNames = untagged ? [...shown, UNTAGGED] : shown
  const places = new Map(familyNames.map((name, place) => [name, place]))
  const others = places.get(OTHERS) ?? 0
  const families = new Uint8Array(count)
  for (let at = 0; at < count; at++) families[at] = places.get(familyOf(lines[at] ?? '')) ?? others
  return { families, familyNames }
}

/** `v1.2.0` is of `v…`, `pr-91` of `pr-…`, `latest` of itself. */
function familyOf(tag: string): string {
  if (tag === '') return UNTAGGED
  // A commit's hash may begin with a letter, or have no digit at all.
  const hash = /^(.+-)[0-9a-f]{7,40}$/.exec(tag)
  if (hash) return `${hash[1]?.slice(0, 24) ?? ''}…`
  const digit = tag.search(/\d/)
  if (digit < 0) return tag
  if (/^[0-9a-f]{7,}$/.test(tag) || digit === 0) return '0-9 …'
  const dash = tag.lastIndexOf('-', digit)
  const head = dash > 0 ? tag.slice(0, dash + 1) : tag.slice(0, digit)
  return `${head.slice(0, 24)}…`
}
