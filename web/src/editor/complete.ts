// What may be written at a place of a policy in JSON, by the schema of its dialect.
import type { Completion, CompletionContext, CompletionResult, CompletionSource } from '@codemirror/autocomplete'
import { syntaxTree } from '@codemirror/language'
import type { EditorState } from '@codemirror/state'
import type { SyntaxNode } from '@lezer/common'
import awsx from '../../../schemas/awsx.json'
import ecr from '../../../schemas/ecr.json'
import ecrane from '../../../schemas/ecrane.json'
import type { Dialect } from '../module/protocol.ts'

/** As much of a JSON schema as says what may be written. */
interface Schema {
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

const SCHEMAS: Partial<Record<Dialect, Schema>> = { ecr, awsx, ecrane } as unknown as Partial<Record<Dialect, Schema>>

/** An object, an array or the document; what it is in, by names of properties and `[]`. */
interface Place {
  node: SyntaxNode
  path: string[]
}

/** Completes names of properties and their values. The dialect is that of the text as it was read last. */
export function byDialect(dialect: () => Dialect | null): CompletionSource {
  return (context) => {
    const schema = SCHEMAS[dialect() ?? 'ecr']
    return schema ? complete(context, schema) : null
  }
}

function complete(context: CompletionContext, root: Schema): CompletionResult | null {
  const { state, pos } = context
  const written = context.matchBefore(/"?[\w.-]*/) ?? { from: pos, text: '' }
  if (written.text === '' && !context.explicit) return null
  const before = state.sliceDoc(0, written.from).trimEnd()
  const place = placeAt(state, before.length)
  const from = written.from
  const end = /^[\w.-]*"?/.exec(state.sliceDoc(pos, pos + 200))
  const to = pos + (end?.[0].length ?? 0)
  const sign = before.at(-1)
  const inObject = place?.node.name === 'Object'
  if (place && inObject && (sign === '{' || sign === ',')) {
    const hasColon = /^\s*:/.test(state.sliceDoc(to, to + 20))
    const there = names(state, place.node).filter((name) => !state.sliceDoc(from, to).includes(name))
    return result(from, to, properties(root, place.path, there, hasColon))
  }
  const name = inObject && sign === ':' ? /"([^"]*)"\s*:$/.exec(before)?.[1] : undefined
  if (place && name !== undefined) return result(from, to, values(root, [...place.path, name]))
  if (place && !inObject && (sign === '[' || sign === ',')) return result(from, to, values(root, [...place.path, '[]']))
  return null
}

function result(from: number, to: number, options: Completion[]): CompletionResult | null {
  return options.length > 0 ? { from, to, options, validFor: /^"?[\w.-]*"?$/ } : null
}

/** The object or array that a position is in, behind some text of it. */
function placeAt(state: EditorState, at: number): Place | null {
  let node: SyntaxNode | null = syntaxTree(state).resolveInner(at, -1)
  while (node && node.name !== 'Object' && node.name !== 'Array') node = node.parent
  if (!node) return null
  const path: string[] = []
  for (let inner: SyntaxNode = node; inner.parent; inner = inner.parent) {
    const name = inner.parent.name === 'Property' ? inner.parent.getChild('PropertyName') : null
    if (name) path.unshift(unquoted(state, name))
    else if (inner.parent.name === 'Array') path.unshift('[]')
  }
  return { node, path }
}

const unquoted = (state: EditorState, { from, to }: SyntaxNode) => state.sliceDoc(from + 1, to - 1)

function names(state: EditorState, object: SyntaxNode): string[] {
  return object.getChildren('Property').flatMap((property) => {
    const name = property.getChild('PropertyName')
    return name ? [unquoted(state, name)] : []
  })
}

/** All forms that a schema gives to choose from. */
function forms(root: Schema, schema: Schema): Schema[] {
  const name = schema.$ref?.split('/').at(-1)
  const meant = name === undefined ? undefined : root.$defs?.[name]
  const others = [...(meant ? [meant] : []), ...(schema.oneOf ?? []), ...(schema.anyOf ?? [])]
  return [schema, ...others.flatMap((other) => forms(root, other))]
}

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

/** A completion; there is room for what the schema says of it. */
function option(label: string, apply: string, type: string, description: string | undefined): Completion {
  return { label, apply, type, ...(description === undefined ? {} : { info: description.replaceAll('`', '') }) }
}

function properties(root: Schema, path: string[], there: string[], hasColon: boolean): Completion[] {
  const found = new Map<string, Completion>()
  for (const schema of at(root, path)) {
    for (const [name, inner] of Object.entries(schema.properties ?? {})) {
      if (inner === false || there.includes(name) || found.has(name)) continue
      const apply = `"${name}"${hasColon ? '' : ': '}`
      found.set(name, option(`"${name}"`, apply, 'property', inner.description))
    }
  }
  return [...found.values()]
}

function values(root: Schema, path: string[]): Completion[] {
  const schemas = at(root, path)
  const said = schemas.flatMap((schema) => [
    ...(schema.enum ?? []),
    ...(schema.const === undefined ? [] : [schema.const]),
    ...(schema.type === 'boolean' ? [true, false] : []),
  ])
  const info = schemas.find(({ description }) => description !== undefined)?.description
  const texts = new Set(said.map((value) => JSON.stringify(value)))
  return [...texts].map((text) => option(text, text, 'enum', info))
}
