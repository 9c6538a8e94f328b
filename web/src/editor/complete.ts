// Completes a policy: at the place where somebody writes, what the schema of its dialect has there.
import type { Completion, CompletionContext, CompletionResult, CompletionSource } from '@codemirror/autocomplete'
import { syntaxTree } from '@codemirror/language'
import type { EditorState } from '@codemirror/state'
import type { SyntaxNode } from '@lezer/common'
import type { Dialect } from '../module/protocol.ts'
import { type Offer, properties, type Schema, SCHEMAS, values } from './schema.ts'
import { placeInYaml } from './yaml.ts'

/** An object, an array or the document; what it is in, by names of properties and `[]`. */
interface Place {
  node: SyntaxNode
  path: string[]
}

/** Completes names of properties and their values. The dialect is that of the text as it was read last. */
export function byDialect(dialect: () => Dialect | null): CompletionSource {
  return (context) => {
    const isJson = /^\s*[{[]/.test(context.state.sliceDoc(0, 1_000))
    const schema = SCHEMAS[dialect() ?? (isJson ? 'ecr' : 'ecrane')]
    if (!schema) return null
    return isJson ? inJson(context, schema) : inYaml(context, schema)
  }
}

function inYaml({ state, pos, explicit }: CompletionContext, root: Schema): CompletionResult | null {
  const place = placeInYaml(state, pos)
  if (!place || (place.from === pos && place.name === null && !explicit)) return null
  const { from, path, name, there, hasColon } = place
  const written = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
  const offers =
    name === null ? names(properties(root, path, there), hasColon, written) : texts(values(root, [...path, name]), written)
  return offers.length > 0 ? { from, options: offers, validFor: /^[\w.-]*$/ } : null
}

function inJson(context: CompletionContext, root: Schema): CompletionResult | null {
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
    const there = namesIn(state, place.node).filter((name) => !state.sliceDoc(from, to).includes(name))
    return result(from, to, names(properties(root, place.path, there), hasColon, JSON.stringify))
  }
  const name = inObject && sign === ':' ? /"([^"]*)"\s*:$/.exec(before)?.[1] : undefined
  if (place && name !== undefined) return result(from, to, texts(values(root, [...place.path, name]), JSON.stringify))
  if (place && !inObject && (sign === '[' || sign === ',')) return result(from, to, texts(values(root, [...place.path, '[]']), JSON.stringify))
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

function namesIn(state: EditorState, object: SyntaxNode): string[] {
  return object.getChildren('Property').flatMap((property) => {
    const name = property.getChild('PropertyName')
    return name ? [unquoted(state, name)] : []
  })
}

/** A completion; there is room for what the schema says of it. */
function option(label: string, apply: string, type: string, about: string | undefined): Completion {
  return { label, apply, type, ...(about === undefined ? {} : { info: about.replaceAll('`', '') }) }
}

function names(offers: Offer<string>[], hasColon: boolean, write: (name: string) => string): Completion[] {
  return offers.map(({ what, about }) => option(write(what), `${write(what)}${hasColon ? '' : ': '}`, 'property', about))
}

function texts(offers: Offer<unknown>[], write: (value: unknown) => string): Completion[] {
  return offers.map(({ what, about }) => option(write(what), write(what), 'enum', about))
}
