// What of the images the table shows. It stays while a policy is written that is not whole yet, and on another tab.
import type { Sort } from './order.ts'

export const chosen = $state({
  /** In a tag or in the digest. */
  words: '',
  /** A kind of verdict, as the list of them has it; empty for all. */
  only: '',
  /** The place of a rule; -1 for all. */
  rule: -1,
  sort: 'verdict' as Sort,
})
