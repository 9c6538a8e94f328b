// A module of WebAssembly, of which one exported function does nothing but trap, as after a panic in Rust.

const EXPORT = 7
const IMPORT = 2
const CODE = 10
const UNREACHABLE = 0x00
const NOP = 0x01
const END = 0x0b

/** Reads numbers as the binary format has them (LEB128). */
function reader(bytes, at) {
  const number = () => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
  }
  const skip = (many) => {
    at += many
  }
  return { number, skip, byte: () => bytes[at++], place: () => at }
}

function sections(bytes) {
  const found = new Map()
  const read = reader(bytes, 8)
  while (read.place() < bytes.length) {
    const id = read.byte()
    const size = read.number()
    found.set(id, read.place())
    read.skip(size)
  }
  return found
}

/** How many functions come from outside: they have the first numbers. */
function imported(bytes, at) {
  const module = new WebAssembly.Module(bytes)
  return at === undefined ? 0 : WebAssembly.Module.imports(module).filter(({ kind }) => kind === 'function').length
}

function exported(bytes, at, wanted) {
  const read = reader(bytes, at)
  for (let left = read.number(); left > 0; left--) {
    const length = read.number()
    const name = Buffer.from(bytes.subarray(read.place(), read.place() + length)).toString()
    read.skip(length + 1)
    const index = read.number()
    if (name === wanted) return index
  }
  throw new Error(`the module exports no ${wanted}`)
}

export function trapped(module, name) {
  const bytes = Uint8Array.from(module)
  const places = sections(bytes)
  const wanted = exported(bytes, places.get(EXPORT), name) - imported(bytes, places.get(IMPORT))
  const read = reader(bytes, places.get(CODE))
  read.number()
  for (let before = 0; before < wanted; before++) read.skip(read.number())
  const size = read.number()
  const body = read.place()
  // No locals; behind a trap every code is well typed.
  bytes.fill(NOP, body, body + size)
  bytes.set([0, UNREACHABLE], body)
  bytes[body + size - 1] = END
  return Buffer.from(bytes)
}
