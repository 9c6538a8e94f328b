// A page for each finding, from the Markdown that the core keeps of it.
import { readFileSync, readdirSync } from 'node:fs'
import { deflateRawSync } from 'node:zlib'
import { Marked } from 'marked'
import type { Plugin } from 'vite'
import { meta } from './policy.ts'

const FOLDER = new URL('../../crates/ecrane-core/codes/', import.meta.url)
const STYLE = new URL('./codes.css', import.meta.url)

/** A title in HTML, and without marks. */
const inline = (text: string) => escaped(text).replace(/`([^`]*)`/g, '<code>$1</code>')
const plain = (text: string) => escaped(text.replaceAll('`', ''))

const escaped = (text: string) =>
  text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] ?? sign)

// As src/permalink.ts writes it.
function link(policy: string): string {
  const packed = deflateRawSync(Buffer.from(JSON.stringify({ policy }))).toString('base64url')
  return `../../#v1.${packed}`
}

function page(id: string, title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    ${meta}
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${escaped(id)}: ${plain(title)}</title>
    <meta name="description" content="${plain(title)}">
    <link rel="icon" href="../../icon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="../codes.css">
  </head>
  <body>
    <header><a href="../../">ecrane playground</a> <a href="../">All findings</a></header>
    <main>${body}</main>
  </body>
</html>
`
}

/** `said` are ECR's own words for it, where these are known. */
function finding(id: string, text: string): { title: string; said: string | undefined; html: string } {
  const lines = text.split('\n')
  const title = lines[2] ?? id
  const marked = new Marked({
    renderer: {
      // A text that the page can check comes with a link to it.
      code({ text, lang }) {
        const block = `<pre tabindex="0"><code>${escaped(text)}</code></pre>`
        const checked = lang === 'json' || lang === 'yaml'
        return checked ? `${block}<p><a href="${link(text)}">Open in the editor</a></p>` : block
      },
      html: ({ text }) => escaped(text),
    },
  })
  const said = /^ECR says:\s+`(.+?)`/m.exec(text)?.[1]
  return { title, said, html: marked.parse(text, { async: false }) }
}

/** What the page may import: the first sentence about each finding, by its id. */
const TITLES = 'virtual:titles'

export function titles(): Plugin {
  return {
    name: 'titles',
    resolveId: (id) => (id === TITLES ? `\0${TITLES}` : null),
    load(id) {
      if (id !== `\0${TITLES}`) return null
      const entries = names().map((name) => [idOf(name), finding(idOf(name), readFileSync(new URL(name, FOLDER), 'utf8')).title])
      return `export default ${JSON.stringify(Object.fromEntries(entries))}`
    },
  }
}

const names = () => readdirSync(FOLDER).filter((name) => name.endsWith('.md')).sort()
const idOf = (name: string) => name.slice(0, -'.md'.length)

export function codePages(): Plugin {
  return {
    name: 'code-pages',
    apply: 'build',
    generateBundle() {
      const items = names().map((name) => {
        const id = idOf(name)
        const { title, said, html } = finding(id, readFileSync(new URL(name, FOLDER), 'utf8'))
        this.emitFile({ type: 'asset', fileName: `codes/${id}/index.html`, source: page(id, title, html) })
        // Who searches the page for the words of an error finds its cause.
        const words = said ? `<small>ECR says: <code>${escaped(said)}</code></small>` : ''
        return `<li><a href="${id}/"><code>${id}</code></a> <span>${inline(title)}${words}</span></li>`
      })
      const list = page('Findings', 'What ecrane finds in lifecycle policies', `<h1>What is found in lifecycle policies</h1><ul>${items.join('')}</ul>`)
      const index = list.replace('../codes.css', 'codes.css').replaceAll('../../', '../').replace(' <a href="../">All findings</a>', '')
      this.emitFile({ type: 'asset', fileName: 'codes/index.html', source: index })
      this.emitFile({ type: 'asset', fileName: 'codes/codes.css', source: readFileSync(STYLE, 'utf8') })
    },
  }
}
