// The editor: CodeMirror with what a policy needs. What is wrong, where, and in which words comes from the module.
import { autocompletion } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { json } from '@codemirror/lang-json'
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language'
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint'
import { Compartment, EditorState, type Extension, StateEffect, StateField } from '@codemirror/state'
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightSpecialChars,
  hoverTooltip,
  keymap,
  lineNumbers,
  placeholder,
} from '@codemirror/view'
import { tags } from '@lezer/highlight'
import type { Dialect, Finding, Played } from '../module/protocol.ts'
import { byDialect } from './complete.ts'
import { yaml } from './yaml.ts'

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--code-name)' },
  { tag: tags.string, color: 'var(--code-text)' },
  { tag: tags.number, color: 'var(--code-number)' },
  { tag: [tags.bool, tags.null], color: 'var(--code-number)' },
  { tag: [tags.punctuation, tags.comment], color: 'var(--quiet)' },
])

const look = EditorView.theme({
  '&': { backgroundColor: 'var(--panel)', color: 'var(--ink)', fontSize: '13px', height: '100%' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.55', overflow: 'auto' },
  '.cm-content': { caretColor: 'var(--ink)', padding: '10px 0' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-gutters': { backgroundColor: 'var(--panel)', color: 'var(--quiet)', border: 'none' },
  '.cm-lineNumbers .cm-gutterElement': { padding: '0 8px 0 14px', minWidth: '34px' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-activeLine': { backgroundColor: 'var(--line-here)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': { background: 'var(--selected) !important' },
  '.cm-placeholder': { color: 'var(--quiet)', fontFamily: 'var(--sans)', whiteSpace: 'normal' },
  '.cm-shown': { backgroundColor: 'var(--selected)' },
  '.cm-matchingBracket': { backgroundColor: 'var(--selected)' },
  '.cm-lintRange': { backgroundImage: 'none', textDecorationLine: 'underline', textDecorationStyle: 'wavy', textDecorationSkipInk: 'none', textUnderlineOffset: '3px', textDecorationThickness: '1px' },
  '.cm-lintRange-error': { backgroundImage: 'none', textDecorationColor: 'var(--expire)' },
  '.cm-lintRange-warning': { backgroundImage: 'none', textDecorationColor: 'var(--archive)' },
  '.cm-lintRange-info': { backgroundImage: 'none', textDecorationColor: 'var(--accent)' },
  '.cm-lintRange-active': { backgroundColor: 'var(--selected)' },
  '.cm-tooltip': { backgroundColor: 'var(--panel)', color: 'var(--ink)', border: '1px solid var(--edge)', borderRadius: '6px', boxShadow: 'var(--shadow)', maxWidth: '440px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', fontSize: '12.5px', maxHeight: '14em', minWidth: '170px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '2px 10px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: 'var(--selected)', color: 'var(--ink)' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '600' },
  '.cm-tooltip.cm-completionInfo': { fontFamily: 'var(--sans)', lineHeight: '1.45', padding: '8px 12px', maxWidth: '300px' },
  // It would lie on the list.
  '@media (max-width: 620px)': { '.cm-tooltip.cm-completionInfo': { display: 'none' } },
  '.cm-tooltip .words': { padding: '8px 12px', fontFamily: 'var(--sans)', lineHeight: '1.45' },
  '.cm-tooltip .words p': { margin: '0' },
  '.cm-tooltip .words p + p': { marginTop: '4px', color: 'var(--quiet)' },
  '.cm-tooltip code': { fontFamily: 'var(--mono)', fontSize: '12px', padding: '0 3px', borderRadius: '3px', backgroundColor: 'var(--sunk)' },
  '.cm-tooltip-lint': { fontFamily: 'var(--sans)', lineHeight: '1.45' },
  '.cm-diagnostic': { padding: '8px 12px', whiteSpace: 'normal' },
  '.cm-diagnostic-error': { borderLeft: '3px solid var(--expire)' },
  '.cm-diagnostic-warning': { borderLeft: '3px solid var(--archive)' },
  '.cm-diagnostic-info': { borderLeft: '3px solid var(--accent)' },
  '.cm-diagnosticText p': { margin: '0' },
  '.cm-diagnosticText .help': { color: 'var(--quiet)', marginTop: '2px' },
  '.cm-diagnosticText a': { color: 'var(--accent)', fontFamily: 'var(--mono)', fontSize: '12px' },
  '.cm-diagnosticAction': { font: 'inherit', fontSize: '12px', backgroundColor: 'var(--accent)', color: 'var(--on-accent)', border: 'none', borderRadius: '4px', padding: '2px 8px', margin: '6px 0 0', cursor: 'pointer' },
  '.cm-gutter-lint': { width: '12px' },
  '.cm-gutter-lint .cm-gutterElement': { padding: '6px 2px 0' },
  '.cm-lint-marker': { width: '7px', height: '7px', borderRadius: '50%', content: 'normal' },
  '.cm-lint-marker-error': { content: 'normal', backgroundColor: 'var(--expire)' },
  '.cm-lint-marker-warning': { content: 'normal', backgroundColor: 'var(--archive)' },
  '.cm-lint-marker-info': { content: 'normal', backgroundColor: 'var(--accent)' },
})

const language = new Compartment()

export interface Setup {
  /** Where the editor stands: a shadow root, so that its styles are no style elements of the page. */
  root: ShadowRoot
  parent: HTMLElement
  text: string
  label: string
  readOnly?: boolean
  /** Shown as long as nothing is written. */
  hint?: string
  changed?: (text: string, whole: boolean) => void
  /** What would make the text longer than so many characters is not pasted, and told. */
  most?: number
  tooLong?: (length: number) => void
  /** What is pasted and is for another place; whether it was. */
  divert?: (text: string) => boolean
  /** The rules where they stand, for what is shown of them under the mouse. */
  played?: () => Played | null
  /** The dialect of the text, for what may be written in it; without it nothing is completed. */
  dialect?: () => Dialect | null
}

export function open({ root, parent, text, label, readOnly = false, hint, changed, most = Infinity, tooLong, divert, played, dialect }: Setup): EditorView {
  const extensions: Extension[] = [
    lineNumbers(),
    highlightSpecialChars(),
    drawSelection(),
    bracketMatching(),
    language.of(json()),
    showing,
    syntaxHighlighting(colours),
    look,
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false', tabindex: '0', autocorrect: 'off', autocapitalize: 'off' }),
    EditorState.readOnly.of(readOnly),
    keymap.of([...defaultKeymap, ...historyKeymap, ...lintKeymap]),
  ]
  if (!readOnly) {
    // Tab goes on to the next control; Escape and Tab, or Shift-Tab, leave in any case.
    extensions.push(history(), highlightActiveLine(), indentOnInput(), lintGutter())
  }
  if (changed) {
    extensions.push(
      EditorView.updateListener.of((update) => {
        if (!update.docChanged || update.transactions.some((it) => it.isUserEvent('set'))) return
        const pasted = update.transactions.some((it) => it.isUserEvent('input.paste') || it.isUserEvent('input.drop'))
        let kept = update.startState.doc.length
        update.changes.iterChanges((from, to) => (kept -= to - from))
        changed(update.state.doc.toString(), pasted && kept < 3)
      }),
    )
  }
  extensions.push(taken(most, (length) => tooLong?.(length), (text) => divert?.(text) ?? false))
  if (hint) extensions.push(placeholder(hint))
  if (played) extensions.push(ruleInWords(played))
  if (dialect) extensions.push(autocompletion({ override: [byDialect(dialect)], icons: false }))
  return new EditorView({ state: EditorState.create({ doc: text, extensions }), parent, root })
}

/** A file dropped here is the page's. What is pasted may be anything, and is measured before it is taken apart. */
function taken(most: number, tooLong: (length: number) => void, divert: (text: string) => boolean): Extension {
  const refused = (view: EditorView, text: string | undefined) => {
    const { from, to } = view.state.selection.main
    const length = view.state.doc.length - (to - from) + (text?.length ?? 0)
    if (text === undefined || length <= most) return false
    tooLong(length)
    return true
  }
  return EditorView.domEventHandlers({
    paste: ({ clipboardData }, view) => {
      const text = clipboardData?.getData('text/plain')
      return (text !== undefined && divert(text)) || refused(view, text)
    },
    drop: ({ dataTransfer }, view) => (dataTransfer?.files.length ?? 0) > 0 || refused(view, dataTransfer?.getData('text/plain')),
  })
}

/** Replaces the text that is held without telling anybody, as one step of the history. */
export function setText(view: EditorView, old: string, text: string) {
  let from = 0
  while (from < old.length && from < text.length && old[from] === text[from]) from++
  let end = 0
  while (end < old.length - from && end < text.length - from && old[old.length - 1 - end] === text[text.length - 1 - end]) end++
  const changes = { from, to: old.length - end, insert: text.slice(from, text.length - end) }
  view.dispatch({ changes, userEvent: 'set' })
}

/** For the colours; a long text has none. */
export function setLanguage(view: EditorView, name: 'json' | 'yaml' | null) {
  view.dispatch({ effects: language.reconfigure(name === 'json' ? json() : name === 'yaml' ? yaml : []) })
}

export function mark(view: EditorView, findings: Finding[], mend: (finding: Finding) => void) {
  const end = view.state.doc.length
  const diagnostics = findings.map((finding): Diagnostic => {
    const from = Math.min(finding.from, end)
    const actions = finding.mendable ? [{ name: 'Mend', apply: () => mend(finding) }] : []
    return {
      from,
      to: Math.max(from, Math.min(finding.to, end)),
      severity: finding.severity,
      message: finding.message,
      renderMessage: () => inWords(finding),
      actions,
    }
  })
  view.dispatch(setDiagnostics(view.state, diagnostics))
}

/** Puts the cursor there, to go on writing. Nothing is selected: the next key would take it away. */
export function goTo(view: EditorView, from: number) {
  const anchor = Math.min(from, view.state.doc.length)
  view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) })
  view.focus()
}

const shown = StateEffect.define<{ from: number; to: number }>()

/** What is shown to somebody who is elsewhere, until the text changes. */
const showing = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, { docChanged, effects }) {
    const shows = effects.find((it) => it.is(shown))
    if (!shows) return docChanged ? Decoration.none : marks
    const { from, to } = shows.value
    return from < to ? Decoration.set(Decoration.mark({ class: 'cm-shown' }).range(from, to)) : Decoration.none
  },
  provide: (marks) => EditorView.decorations.from(marks),
})

/** Shows a stretch, and leaves the cursor where it is. */
export function lookAt(view: EditorView, from: number, to: number) {
  const end = view.state.doc.length
  const place = { from: Math.min(from, end), to: Math.min(to, end) }
  view.dispatch({ effects: [shown.of(place), EditorView.scrollIntoView(place.from, { y: 'center' })] })
}

/** A sentence of the module: what is in backticks is somebody's text. */
function paragraph(text: string, className = ''): HTMLElement {
  const made = document.createElement('p')
  const parts = text.split('`')
  parts.forEach((part, at) => {
    const isCode = at % 2 === 1 && at < parts.length - 1
    const piece = isCode ? document.createElement('code') : document.createTextNode('')
    piece.textContent = part
    made.append(piece)
  })
  made.className = className
  return made
}

function inWords(finding: Finding): Node {
  const box = document.createElement('div')
  box.append(paragraph(finding.message))
  if (finding.help !== null) box.append(paragraph(finding.help, 'help'))
  const link = document.createElement('a')
  link.href = `codes/${finding.code}/`
  link.textContent = finding.code
  link.target = '_blank'
  box.append(link)
  return box
}

function ruleInWords(played: () => Played | null): Extension {
  return hoverTooltip((_, at) => {
    const rule = played()?.rules.find(({ from, to }) => from <= at && at < to)
    if (!rule) return null
    const { rulePriority, selects, outcome } = rule.words
    const create = () => {
      const dom = document.createElement('div')
      dom.className = 'words'
      dom.append(paragraph(`Rule ${rulePriority}: ${selects}: ${outcome}`))
      dom.append(paragraph(`Selects ${rule.selected}, of which ${rule.claimed} are its own; ${rule.removed} go or may`))
      return { dom }
    }
    return { pos: at, end: at, above: true, create }
  })
}
