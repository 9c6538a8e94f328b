// YAML as far as an editor needs it: colours line by line, and where in a document somebody writes, by how lines are
// indented. What it means, the module says.
import { indentService, StreamLanguage } from '@codemirror/language'
import type { EditorState } from '@codemirror/state'

const colours = StreamLanguage.define<null>({
  languageData: { commentTokens: { line: '#' } },
  token(stream) {
    if (stream.eatSpace()) return null
    if (stream.match(/^#.*/)) return 'comment'
    if (stream.match(/^(?:[\w.-]+|"[^"]*"|'[^']*')(?=\s*:(?:\s|$))/)) return 'propertyName'
    if (stream.match(/^(?:"(?:[^"\\]|\\.)*"|'[^']*')/)) return 'string'
    if (stream.match(/^(?:true|false|null|\d[\d_]*)(?=[\s,\]}]|$)/)) return 'number'
    if (stream.match(/^(?:[[\]{},:]|-(?=\s|$))/)) return 'punctuation'
    if (!stream.match(/^[^\s,\]}#:]+/)) stream.next()
    return null
  },
})

/** Behind `- ` goes on what it begins, behind a colon what belongs to it. */
const indentation = indentService.of((context, at) => {
  const { text } = context.lineAt(at, -1)
  const line = read(text)
  return line && line.column + (/:\s*$/.test(text) ? 2 : 0)
})

export const yaml = [colours, indentation]

/** Where somebody writes: a name of a property, or its value. */
interface Place {
  /** Where what is written begins. */
  from: number
  /** What it is in, by names of properties and `[]`. */
  path: string[]
  /** The property whose value it is; null for a name. */
  name: string | null
  /** The names beside it. */
  there: string[]
  hasColon: boolean
}

/** The dashes of a line, the name behind them, and in which column each stands. */
interface Line {
  dashes: number[]
  name: string | null
  column: number
}

function read(text: string): Line | null {
  const [whole, blank = '', marks = '', name] = /^(\s*)((?:-\s+|-$)*)(?:([\w.-]+)\s*:(?=\s|$))?/.exec(text) ?? []
  if (whole === undefined || text.trim() === '' || text.trim().startsWith('#')) return null
  const dashes = [...marks.matchAll(/-/g)].map(({ index }) => blank.length + index)
  return { dashes, name: name ?? null, column: blank.length + marks.length }
}

/** Null within brackets, quotes and texts of several lines: what stands there is not looked into. */
export function placeInYaml(state: EditorState, at: number): Place | null {
  const line = state.doc.lineAt(at)
  const before = line.text.slice(0, at - line.from)
  const written = /^\s*(?:-\s+)*(?:([\w.-]+)\s*:\s+)?([\w.-]*)$/.exec(before)
  const its = read(before.endsWith('-') ? `${before} ` : before) ?? { dashes: [], name: null, column: before.length }
  if (!written) return null
  const column = written[1] === undefined ? before.length - (written[2]?.length ?? 0) : its.column
  const { path, beside } = above(state, line.number, its.dashes, column)
  const from = at - (written[2]?.length ?? 0)
  const hasColon = /^[\w.-]*\s*:/.test(line.text.slice(at - line.from))
  return { from, path, name: written[1] ?? null, there: [...beside, ...below(state, line.number, column)], hasColon }
}

/** Every line that is less indented than all between is around the place. */
function above(state: EditorState, number: number, dashes: number[], column: number): { path: string[]; beside: string[] } {
  const path: string[] = []
  const beside: string[] = []
  let limit = column
  const enter = (dash: number) => {
    path.unshift('[]')
    limit = dash
  }
  dashes.toReversed().forEach(enter)
  for (let at = number - 1; at > 0 && limit >= 0; at--) {
    const line = read(state.doc.line(at).text)
    if (!line) continue
    const inList = path[0] === '[]'
    if (line.name !== null && line.column === column && path.length === 0) beside.push(line.name)
    // A list may stand in the column of its name.
    else if (line.name !== null && (line.column < limit || (inList && line.column === limit && line.dashes.length === 0))) {
      path.unshift(line.name)
      limit = line.column
    }
    for (const dash of line.dashes.toReversed()) if (dash < limit) enter(dash)
  }
  return { path, beside }
}

function below(state: EditorState, number: number, column: number): string[] {
  const names: string[] = []
  for (let at = number + 1; at <= state.doc.lines; at++) {
    const line = read(state.doc.line(at).text)
    if (!line) continue
    if (line.dashes.length > 0 || line.column < column) break
    if (line.name !== null && line.column === column) names.push(line.name)
  }
  return names
}
