// What somebody sees, to be opened elsewhere: in the fragment of the page's address, which is not sent to any server, or
// as a file where that gets too long. Both have a version, and a fragment is compressed.
import { MOST_DAYS, MOST_PER_DAY } from './images/cadence.ts'
import { NotTaken } from './intake.ts'

export interface Shared {
  policy: string
  /** The policy that it is compared with. */
  before?: string
  /** A sample's images. */
  sample?: string
  /** Images made up for the policy, up to the day on which it is opened. */
  cadence?: { perDay: number; days: number }
  /** The images themselves, only where somebody ticked that. */
  images?: string
  /** The time where the images have theirs, in milliseconds after the start of 1970. */
  now?: number
  /** Else how far from the images' own day it is, in milliseconds. */
  ahead?: number
}

const VERSION = 1
const PREFIX = `v${VERSION}.`
/** Mail programs, chats and trackers cut longer ones. */
export const MOST_LINK = 8_000
/** Longer ones were made once. */
const MOST_READ = 60_000
/** A short link may unpack to anything: so many bytes are read. */
const MOST_BYTES = 1_000_000

/** Milliseconds from the start of 1970 that a date may be away. */
const FARTHEST = 8.64e15

const unreadable = (what: 'link' | 'file') =>
  new NotTaken(`This ${what} cannot be read: a part of it is missing, or was changed. Ask for it once more, or paste the policy here.`)

/** Null where it would be too long. */
export async function pack(shared: Shared): Promise<string | null> {
  const bytes = new TextEncoder().encode(JSON.stringify(shared))
  if (bytes.length > MOST_BYTES) return null
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'))
  const packed = new Uint8Array(await new Response(stream).arrayBuffer())
  let letters = ''
  for (const byte of packed) letters += String.fromCharCode(byte)
  return PREFIX + btoa(letters).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
}

/** What a fragment says; null for an empty one. */
export async function unpack(fragment: string): Promise<Shared | null> {
  if (fragment === '') return null
  const version = /^v=?(\d{1,9})(?!\d)/.exec(fragment)?.[1]
  if (version !== undefined && Number(version) !== VERSION) throw otherVersion(version, 'link')
  if (!fragment.startsWith(PREFIX)) throw unreadable('link')
  if (fragment.length > MOST_READ) throw tooMuch()
  let bytes: Uint8Array<ArrayBuffer>
  try {
    const letters = atob(fragment.slice(PREFIX.length).replace(/-/g, '+').replace(/_/g, '/'))
    bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0))
  } catch {
    throw unreadable('link')
  }
  return shared(await inflate(bytes), 'link')
}

const otherVersion = (version: string, what: 'link' | 'file') =>
  new NotTaken(`This ${what} is of version ${version}, and this page reads version ${VERSION}. Load the page again, or ask for a new ${what}.`)

const tooMuch = () => new NotTaken(`This link was not opened: it unpacks to more than ${MOST_BYTES / 1e6} MB, as no link of this page does.`)

async function inflate(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader()
  const decoder = new TextDecoder()
  let text = ''
  let read = 0
  for (;;) {
    const { done, value } = await reader.read().catch(() => Promise.reject(unreadable('link')))
    if (done) return text + decoder.decode()
    read += value.byteLength
    if (read > MOST_BYTES) {
      void reader.cancel()
      throw tooMuch()
    }
    text += decoder.decode(value, { stream: true })
  }
}

/** The same as a file, of any length. */
export const toFile = (said: Shared) => JSON.stringify({ ecranePlayground: VERSION, ...said })

export function fromFile(text: string): Shared {
  const version = /^\s*\{\s*"ecranePlayground"\s*:\s*(\d+)/.exec(text)?.[1]
  if (version !== undefined && Number(version) !== VERSION) throw otherVersion(version, 'file')
  return shared(text, 'file')
}

function shared(text: string, what: 'link' | 'file'): Shared {
  const value = parsed(text)
  if (typeof value !== 'object' || value === null || !('policy' in value) || typeof value.policy !== 'string') throw unreadable(what)
  const said = value as Record<string, unknown>
  const result: Shared = { policy: value.policy }
  for (const name of ['before', 'sample', 'images'] as const) {
    const text = said[name]
    if (typeof text === 'string') result[name] = text
  }
  for (const name of ['now', 'ahead'] as const) {
    const time = said[name]
    // Farther than a date reaches, nothing can be shown.
    if (typeof time === 'number' && Math.abs(time) <= FARTHEST / 2) result[name] = time
  }
  const cadence = cadenceOf(said['cadence'])
  if (cadence) result.cadence = cadence
  return result
}

function cadenceOf(value: unknown): Shared['cadence'] | null {
  if (typeof value !== 'object' || value === null) return null
  const { perDay, days } = value as Record<string, unknown>
  const isIn = (number: unknown, most: number): number is number => typeof number === 'number' && number >= 1 && number <= most
  return isIn(perDay, MOST_PER_DAY) && isIn(days, MOST_DAYS) ? { perDay, days } : null
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
