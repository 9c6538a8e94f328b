import { readFileSync } from 'node:fs'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'
import { codePages, titles } from './build/codes.ts'
import { offline } from './build/offline.ts'
import { policy } from './build/policy.ts'

const workspace = readFileSync(new URL('../Cargo.toml', import.meta.url), 'utf8')
const version = /^version = "(.+)"$/m.exec(workspace)?.[1] ?? 'of development'

export default defineConfig({
  // The page runs from any path.
  base: './',
  define: { __VERSION__: JSON.stringify(version) },
  plugins: [svelte(), policy(), titles(), codePages(), offline()],
  build: {
    target: 'es2023',
    modulePreload: { polyfill: false },
    // Everything is a file of its own: the page's rules allow no script or image inside of it.
    assetsInlineLimit: 0,
  },
  worker: { format: 'es' },
})
