// What the page may load, written into it where it is built.
import type { Plugin } from 'vite'

// Nothing comes from elsewhere, nothing goes anywhere. The module needs `wasm-unsafe-eval` to be compiled.
const RULES = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  // The editor's marks are images in its style sheet.
  "img-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

export const meta = `<meta http-equiv="Content-Security-Policy" content="${RULES}">`

export function policy(): Plugin {
  return {
    name: 'content-security-policy',
    apply: 'build',
    transformIndexHtml: (html) => html.replace('<meta charset="utf-8" />', `$&\n    ${meta}`),
  }
}
