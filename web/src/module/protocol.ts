// What crosses between the page and the worker that holds the module.
import type { Basis, Compared, Dialect, Finding, Mended, Played, Verdict } from '../../module/ecrane.js'
import type { Cadence } from '../images/cadence.ts'

export type { Compared, Dialect, Finding, Mended, Played, Verdict }

/** Where images come from. */
export type Source =
  | { kind: 'sample'; id: string }
  | { kind: 'cadence'; cadence: Cadence }
  | { kind: 'text'; text: string }
  | { kind: 'file'; file: File }

/** Images as columns, newest first. */
export interface Columns {
  count: number
  /** What was found in the list. */
  findings: Finding[]
  /** Milliseconds after the start of 1970. */
  pushed: Float64Array
  /** Bytes. */
  sizes: Float64Array
  /** For each image the place of its family in `familyNames`. */
  families: Uint8Array
  familyNames: string[]
  /** The list as text, where it is short enough to be edited. */
  text: string | null
}

/** A verdict, and what of AWS's guide it rests on. */
export interface Row extends Verdict {
  basis: Basis
}

/** A policy played through on the images. */
export interface Outcome {
  played: Played
  /** What the text is a refusal of ECR about, by their codes: none where nobody knows; null for one that is no refusal. */
  causes: string[] | null
  /** Two bytes for each image: see the module's types. */
  verdicts: Uint16Array
  /** What the module took, in milliseconds. */
  took: number
}

export interface Calls {
  load: (source: Source) => Columns
  play: (text: string, now: number, own: boolean) => Outcome
  rows: (images: Uint32Array) => Row[]
  find: (words: string) => Uint32Array
  compare: (old: string, next: string, now: number) => Compared
  /** The policy in a document without what is around it; a text that is a policy as it is. Null for one with errors. */
  alone: (text: string) => string | null
  mend: (text: string, code: string, from: number) => Mended
  /** The whole list of images. */
  list: () => string
}

export type Name = keyof Calls
export type Answer<N extends Name> = ReturnType<Calls[N]>

export interface Request {
  id: number
  name: Name
  words: unknown[]
}

export type Reply =
  /** The module has been loaded: from now on a call that has no answer takes long. */
  | { ready: true }
  | { id: number; answer: unknown }
  /** `broken` says that the module must be replaced. */
  | { id: number; refusal: string; broken: boolean }
