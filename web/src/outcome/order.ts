// Which images the table shows, and in what order: places in the columns.
import type { Columns } from '../module/protocol.ts'
import { Kind, kind, rule } from './words.ts'

export type Sort = 'newest' | 'oldest' | 'largest' | 'verdict'

export interface Filter {
  /** What the module found for the words typed; null for all. */
  found: Uint32Array | null
  kind: Kind | null
  /** The place of a rule; -1 for all. */
  rule: number
  sort: Sort
}

/** What goes, then what may, then what is archived. */
const FIRST = [Kind.expires, Kind.may, Kind.archived, Kind.stays]

export function ordered(images: Columns, verdicts: Uint16Array, filter: Filter): Uint32Array {
  const all = filter.found ?? Uint32Array.from({ length: images.count }, (_, at) => at)
  const fits = (at: number) => {
    const verdict = verdicts[at] ?? 0
    return (filter.kind === null || kind(verdict) === filter.kind) && (filter.rule < 0 || rule(verdict) === filter.rule)
  }
  const places = all.filter(fits)
  const size = (at: number) => images.sizes[at] ?? 0
  switch (filter.sort) {
    case 'newest':
      return places
    case 'oldest':
      return places.reverse()
    case 'largest':
      return places.sort((a, b) => size(b) - size(a) || a - b)
    case 'verdict':
      return byVerdict(places, verdicts)
  }
}

/** One kind after the other, in two passes: sorting 100,000 by comparing them takes longer than judging them. */
function byVerdict(places: Uint32Array, verdicts: Uint16Array): Uint32Array {
  const next = new Uint32Array(FIRST.length)
  for (const at of places) count(next, kind(verdicts[at] ?? 0))
  let start = 0
  for (const its of FIRST) {
    const many = next[its] ?? 0
    next[its] = start
    start += many
  }
  const sorted = new Uint32Array(places.length)
  for (const at of places) sorted[count(next, kind(verdicts[at] ?? 0))] = at
  return sorted
}

/** Counts one more, and says how many there were. */
function count(counts: Uint32Array, its: Kind): number {
  const before = counts[its] ?? 0
  counts[its] = before + 1
  return before
}
