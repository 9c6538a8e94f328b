// Which images the table shows, and in what order: places in the columns.
import type { Columns } from '../module/protocol.ts'
import { type Kind, kind, rule } from './words.ts'

export type Sort = 'newest' | 'oldest' | 'largest' | 'verdict'

export interface Filter {
  /** What the module found for the words typed; null for all. */
  found: Uint32Array | null
  kind: Kind | null
  /** The place of a rule; -1 for all. */
  rule: number
  sort: Sort
}

/** What goes first, then what may, then what is archived. */
const WEIGHT = [3, 0, 2, 1]

export function ordered(images: Columns, verdicts: Uint16Array, filter: Filter): Uint32Array {
  const all = filter.found ?? Uint32Array.from({ length: images.count }, (_, at) => at)
  const fits = (at: number) => {
    const verdict = verdicts[at] ?? 0
    return (filter.kind === null || kind(verdict) === filter.kind) && (filter.rule < 0 || rule(verdict) === filter.rule)
  }
  const places = all.filter(fits)
  const weight = (at: number) => WEIGHT[kind(verdicts[at] ?? 0)] ?? 0
  const size = (at: number) => images.sizes[at] ?? 0
  switch (filter.sort) {
    case 'newest':
      return places
    case 'oldest':
      return places.reverse()
    case 'largest':
      return places.sort((a, b) => size(b) - size(a) || a - b)
    case 'verdict':
      return places.sort((a, b) => weight(a) - weight(b) || a - b)
  }
}
