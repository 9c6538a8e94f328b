// The timeline in numbers: how many images of each verdict were pushed in each column of each family's row.
import type { Columns } from '../module/protocol.ts'
import { KINDS, kind } from './words.ts'

export interface Bins {
  rows: number
  columns: number
  /** By row, column and kind. */
  counts: Uint32Array
  /** Of the fullest column of each row. */
  most: Uint32Array
  from: number
  to: number
}

const KIND_COUNT = KINDS.length

export function bin(images: Columns, verdicts: Uint16Array, columns: number, now: number): Bins {
  const rows = images.familyNames.length
  const counts = new Uint32Array(rows * columns * KIND_COUNT)
  const most = new Uint32Array(rows)
  const newest = images.pushed[0] ?? now
  const oldest = images.pushed[images.count - 1] ?? now
  // A little room on both sides; the time that is looked at is in the picture.
  const room = Math.max(3_600_000, (newest - oldest) * 0.015)
  const from = oldest - room
  const to = Math.max(newest, Math.min(now, newest + (newest - oldest))) + room
  const scale = columns / (to - from)
  for (let at = 0; at < images.count; at++) {
    const column = Math.min(columns - 1, Math.floor(((images.pushed[at] ?? 0) - from) * scale))
    const row = images.families[at] ?? 0
    const place = (row * columns + column) * KIND_COUNT + kind(verdicts[at] ?? 0)
    counts[place] = (counts[place] ?? 0) + 1
  }
  for (let cell = 0; cell < rows * columns; cell++) {
    let total = 0
    for (let nth = 0; nth < KIND_COUNT; nth++) total += counts[cell * KIND_COUNT + nth] ?? 0
    const row = Math.floor(cell / columns)
    if (total > (most[row] ?? 0)) most[row] = total
  }
  return { rows, columns, counts, most, from, to }
}

export function cell({ columns, counts }: Bins, row: number, column: number): number[] {
  const start = (row * columns + column) * KIND_COUNT
  return [...counts.subarray(start, start + KIND_COUNT)]
}

/** Months, or days where there are few, as places between 0 and 1 with a name. */
export function ticks({ from, to }: Bins): { at: number; name: string }[] {
  const span = to - from
  const steps = [86_400_000, 7 * 86_400_000, 14 * 86_400_000]
  const short = steps.find((step) => span / step <= 8)
  const marks: number[] = []
  if (short) {
    for (let time = Math.ceil(from / short) * short; time < to; time += short) marks.push(time)
  } else {
    const every = Math.max(1, Math.ceil(span / (30.4 * 86_400_000) / 8))
    const first = new Date(from)
    for (let month = first.getUTCMonth() + 1; ; month += every) {
      const time = Date.UTC(first.getUTCFullYear(), month)
      if (time >= to) break
      marks.push(time)
    }
  }
  const name = (time: number) => new Date(time).toISOString().slice(0, short ? 10 : 7)
  return marks.map((time) => ({ at: (time - from) / span, name: name(time) }))
}
