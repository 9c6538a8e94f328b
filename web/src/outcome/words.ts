// The two bytes of a verdict: see the module's types.

export const Kind = { stays: 0, expires: 1, archived: 2, may: 3 } as const
export type Kind = (typeof Kind)[keyof typeof Kind]

export const KINDS = ['stays', 'expires', 'is archived', 'not certain'] as const

/** The bit of a verdict that is not certain. */
export const DOUBT = 4

/** For colours and filters, what is not certain is a kind of its own. */
export function kind(verdict: number): Kind {
  if ((verdict & DOUBT) !== 0) return Kind.may
  return (verdict & 3) as Kind
}

/** The place of the rule that the image belongs to, from 0; -1 for none. */
export const rule = (verdict: number) => (verdict >> 8) - 1
