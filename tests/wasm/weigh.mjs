// The bytes of files, as they are and as a server sends them.
import { readFileSync } from 'node:fs'
import { brotliCompressSync } from 'node:zlib'

// The defaults of Node are those of a server that compresses once: quality 11.
const weights = process.argv.slice(2).map((name) => {
  const file = readFileSync(name)
  return { name, raw: file.length, brotli: brotliCompressSync(file).length }
})
process.stdout.write(JSON.stringify(weights))
