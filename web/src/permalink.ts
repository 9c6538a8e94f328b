// The page's state in the fragment of its address: versioned, compressed, of a limited size. A fragment is not sent to
// any server.

export interface Shared {
  policy: string
  /** The policy that it is compared with. */
  before?: string
  /** A sample's images. */
  sample?: string
  /** The images themselves, only where somebody ticked that. */
  images?: string
  /** Milliseconds after the start of 1970. */
  now?: number
}

const VERSION = 'v1.'
/** Browsers and chats cut longer ones. */
export const MOST_LINK = 60_000
/** A short link may unpack to anything: so much is read. */
const MOST_TEXT = 4_000_000

export async function pack(shared: Shared): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(shared))
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'))
  const packed = new Uint8Array(await new Response(stream).arrayBuffer())
  let letters = ''
  for (const byte of packed) letters += String.fromCharCode(byte)
  return VERSION + btoa(letters).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
}

/** What a fragment says; null for one that is no link of this page. */
export async function unpack(fragment: string): Promise<Shared | null> {
  if (!fragment.startsWith(VERSION) || fragment.length > MOST_LINK) return null
  try {
    const letters = atob(fragment.slice(VERSION.length).replace(/-/g, '+').replace(/_/g, '/'))
    const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0))
    return shared(JSON.parse(await inflate(bytes)))
  } catch {
    return null
  }
}

async function inflate(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader()
  const decoder = new TextDecoder()
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    text += decoder.decode(value, { stream: true })
    if (text.length > MOST_TEXT) throw new Error('the link holds too much')
  }
}

function shared(value: unknown): Shared | null {
  if (typeof value !== 'object' || value === null || !('policy' in value) || typeof value.policy !== 'string') return null
  const said = value as Record<string, unknown>
  const result: Shared = { policy: value.policy }
  for (const name of ['before', 'sample', 'images'] as const) {
    const text = said[name]
    if (typeof text === 'string') result[name] = text
  }
  // Farther than a date reaches, nothing can be shown.
  if (typeof said['now'] === 'number' && Math.abs(said['now']) <= 8.64e15) result.now = said['now']
  return result
}
