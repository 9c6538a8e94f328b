// The service worker: it keeps the whole page, so that it opens without a network.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type { Plugin } from 'vite'

/** Copied as it is. */
const PUBLIC = new URL('../public/', import.meta.url)

const SCRIPT = (version: string, files: string[]) => `// Made by the build. Keeps the files of one version.
// Another deployment on this host has another scope, and its own files.
const OWN = 'ecrane ' + self.registration.scope + ' '
const CACHE = OWN + '${version}'
const FILES = ${JSON.stringify(files)}

self.addEventListener('install', (event) => {
  // As they are deployed now, and not as the browser has kept them.
  const fresh = FILES.map((file) => new Request(file, { cache: 'reload' }))
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(fresh)).then(() => self.skipWaiting()))
})

self.addEventListener('activate', (event) => {
  const old = (names) => names.filter((name) => name.startsWith(OWN) && name !== CACHE)
  event.waitUntil(
    caches.keys().then((names) => Promise.all(old(names).map((name) => caches.delete(name)))).then(() => self.clients.claim()),
  )
})

// A file's name says what is in it, but the page's own does not: that is asked for, and kept for when nobody answers, or
// not soon.
const PATIENCE = 3000
const current = (address, kept) =>
  fetch(address, { cache: 'no-cache', ...(kept ? { signal: AbortSignal.timeout(PATIENCE) } : {}) }).then((answer) => (answer.ok ? answer : kept ?? answer), (error) => kept ?? Promise.reject(error))

self.addEventListener('fetch', (event) => {
  const { request } = event
  if (request.method !== 'GET' || new URL(request.url).origin !== location.origin) return
  const kept = caches.open(CACHE).then((cache) => cache.match(request, { ignoreSearch: true }))
  const answer = (kept) => (request.mode === 'navigate' ? current(request.url, kept) : (kept ?? fetch(request)))
  event.respondWith(kept.then(answer))
})
`

export function offline(): Plugin {
  return {
    name: 'offline',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        // The pages of the findings are many and seldom read.
        const names = Object.keys(bundle).filter((name) => !name.startsWith('codes/')).sort()
        const hash = createHash('sha256')
        for (const name of names) {
          const file = bundle[name]
          hash.update(name)
          if (file) hash.update(file.type === 'chunk' ? file.code : file.source)
        }
        const copied = readdirSync(PUBLIC).sort()
        for (const name of copied) hash.update(name).update(readFileSync(new URL(name, PUBLIC)))
        const kept = ['', ...names, ...copied].map((name) => `./${name}`)
        const source = SCRIPT(hash.digest('hex').slice(0, 12), kept)
        this.emitFile({ type: 'asset', fileName: 'sw.js', source })
      },
    },
  }
}
