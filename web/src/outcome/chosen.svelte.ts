// What of the images the table shows. It stays while a policy is written that is not whole yet, and on another tab.
import type { Played } from '../module/protocol.ts'
import type { Sort } from './order.ts'

/** A rule that somebody chose, while the policy around it is written. */
interface Rule {
  place: number
  /** How many rules there were. */
  of: number
  /** What it selects, in words. */
  selects: string
}

export const chosen = $state({
  /** In a tag or in the digest. */
  words: '',
  /** A kind of verdict, as the list of them has it; empty for all. */
  only: '',
  /** A rule; null for all. */
  rule: null as Rule | null,
  sort: 'verdict' as Sort,
})

export function choose({ rules }: Played, place: number) {
  const rule = rules[place]
  chosen.rule = rule ? { place, of: rules.length, selects: rule.words.selects } : null
}

/** The place of the chosen rule; -1 for all, as where it is not there any more. */
export function placeOf({ rules }: Played): number {
  const { rule } = chosen
  if (!rule) return -1
  if (rule.of === rules.length) return rule.place
  return rules.findIndex(({ words }) => words.selects === rule.selects)
}
