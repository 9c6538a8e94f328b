// The bytes of the module, as it is and as a server sends it.
import { readFileSync } from 'node:fs'
import { brotliCompressSync } from 'node:zlib'

// The defaults of Node are those of a server that compresses once: quality 11.
const module = readFileSync(`${process.argv[2]}/ecrane_bg.wasm`)
process.stdout.write(JSON.stringify({ raw: module.length, brotli: brotliCompressSync(module).length }))
