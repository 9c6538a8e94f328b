// What somebody was at, for the same window when it is loaded again: by a reload, or by the way back to it.
import { fromFile, type Shared, toFile } from './permalink.ts'

const NAME = 'ecrane playground'
/** Characters. */
const MOST = 2_000_000

export interface Kept {
  seen: Shared
  /** Where images came from that were not kept. */
  lost: string | null
}

export function keep(fragment: string, seen: Shared, lost: string | null) {
  const text = toFile(seen)
  try {
    sessionStorage.removeItem(NAME)
    if (text.length <= MOST) sessionStorage.setItem(NAME, JSON.stringify({ fragment, text, lost }))
  } catch {
    // The browser keeps nothing for this page: then a reload begins anew.
  }
}

/** What was kept of the page with this fragment. Who comes by a link wants what the link says. */
export function kept(fragment: string): Kept | null {
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]
  if (navigation?.type !== 'reload' && navigation?.type !== 'back_forward') return null
  try {
    const held = JSON.parse(sessionStorage.getItem(NAME) ?? 'null') as { fragment: string; text: string; lost: string | null } | null
    return held?.fragment === fragment ? { seen: fromFile(held.text), lost: held.lost } : null
  } catch {
    return null
  }
}
