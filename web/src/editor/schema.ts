// What may be written at a place of a policy, by the schema of its dialect.
import awsx from '../../../schemas/awsx.json'
import ecr from '../../../schemas/ecr.json'
import ecrane from '../../../schemas/ecrane.json'
import type { Dialect } from '../module/protocol.ts'

/** As much of a JSON schema as says what may be written. */
export interface Schema {
  $ref?: string
  $defs?: Record<string, Schema>
  description?: string
  type?: string | string[]
  enum?: unknown[]
  const?: unknown
  properties?: Record<string, Schema | false>
  items?: Schema
  oneOf?: Schema[]
  anyOf?: Schema[]
}

/** Those of dialects that hold policies inside of something else are not known. */
export const SCHEMAS = { ecr, awsx, ecrane } as unknown as Partial<Record<Dialect, Schema>>

/** Something that may be written, and what the schema says of it. */
export interface Offer<T> {
  what: T
  about: string | undefined
}

/** All forms that a schema gives to choose from. */
function forms(root: Schema, schema: Schema): Schema[] {
  const name = schema.$ref?.split('/').at(-1)
  const meant = name === undefined ? undefined : root.$defs?.[name]
  const others = [...(meant ? [meant] : []), ...(schema.oneOf ?? []), ...(schema.anyOf ?? [])]
  return [schema, ...others.flatMap((other) => forms(root, other))]
}

/** A path has names of properties, and `[]` for what is in a list. */
function at(root: Schema, path: string[]): Schema[] {
  return path.reduce(
    (schemas, step) =>
      schemas.flatMap((schema) => {
        const inner = step === '[]' ? schema.items : schema.properties?.[step]
        return inner ? forms(root, inner) : []
      }),
    forms(root, root),
  )
}

/** Properties, without those that are there. */
export function properties(root: Schema, path: string[], there: string[]): Offer<string>[] {
  const found = new Map<string, Offer<string>>()
  for (const schema of at(root, path)) {
    for (const [name, inner] of Object.entries(schema.properties ?? {})) {
      if (inner === false || there.includes(name) || found.has(name)) continue
      found.set(name, { what: name, about: inner.description })
    }
  }
  return [...found.values()]
}

export function values(root: Schema, path: string[]): Offer<unknown>[] {
  const schemas = at(root, path)
  const said = schemas.flatMap((schema) => [
    ...(schema.enum ?? []),
    ...(schema.const === undefined ? [] : [schema.const]),
    ...(schema.type === 'boolean' ? [true, false] : []),
  ])
  const about = schemas.find(({ description }) => description !== undefined)?.description
  return [...new Set(said)].map((what) => ({ what, about }))
}
