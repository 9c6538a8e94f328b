// What somebody was at, for the same window when it is loaded again: by a reload, or by the way back to it.
import { fromFile, type Shared, toFile } from './permalink.ts'

const NAME = 'ecrane playground'
/** Characters. */
const MOST = 2_000_000

export function keep(fragment: string, seen: Shared) {
  const text = toFile(seen)
  try {
    if (text.length <= MOST) sessionStorage.setItem(NAME, JSON.stringify({ fragment, text }))
  } catch {
    // The browser keeps nothing for this page: then a reload begins anew.
  }
}

/** What was kept of the page with this fragment. */
export function kept(fragment: string): Shared | null {
  try {
    const held = JSON.parse(sessionStorage.getItem(NAME) ?? 'null') as { fragment: string; text: string } | null
    return held?.fragment === fragment ? fromFile(held.text) : null
  } catch {
    return null
  }
}
