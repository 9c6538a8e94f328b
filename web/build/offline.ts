// The service worker: it keeps the whole page, so that it opens without a network.
import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import type { Plugin } from 'vite'

/** Copied as it is. */
const PUBLIC = new URL('../public/', import.meta.url)

const SCRIPT = (version: string, files: string[]) => `// Made by the build. Keeps the files of one version.
const CACHE = 'ecrane-${version}'
const FILES = ${JSON.stringify(files)}

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()))
})

self.addEventListener('activate', (event) => {
  const old = (names) => names.filter((name) => name.startsWith('ecrane-') && name !== CACHE)
  event.waitUntil(
    caches.keys().then((names) => Promise.all(old(names).map((name) => caches.delete(name)))).then(() => self.clients.claim()),
  )
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  if (request.method !== 'GET' || new URL(request.url).origin !== location.origin) return
  const kept = caches.open(CACHE).then((cache) => cache.match(request, { ignoreSearch: true }))
  event.respondWith(kept.then((answer) => answer ?? fetch(request)))
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
        const kept = ['', ...names, ...readdirSync(PUBLIC)].map((name) => `./${name}`)
        const source = SCRIPT(hash.digest('hex').slice(0, 12), kept)
        this.emitFile({ type: 'asset', fileName: 'sw.js', source })
      },
    },
  }
}
