// What the page takes in: how much of it, and as what.

/** Characters of a policy, or bytes of its file. ECR takes 30,720; a template or plan around it may have megabytes. */
export const MOST_POLICY = 16_000_000
/** Bytes of a list of images: as many as ECR holds in a repository are 60 MB. */
export const MOST_LIST = 200_000_000
/** Characters of a list of images that are shown as text, to be edited: a longer one would make every letter wait. */
export const MOST_EDITED = 200_000
/** Of the start of a file, to know what it is. */
const START = 4_096

export type Kind = 'policy' | 'images' | 'view'

/** Why something is not taken, as sentences for who gave it. */
export class NotTaken extends Error {}

export function tooLong(length: number, most: number, what: string): NotTaken {
  const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`
  return new NotTaken(`That is ${megabytes(length)} of text. This page takes ${what} of up to ${megabytes(most)}.`)
}

/** A file that this page saved says so, a list of images is known by its properties; everything else is a policy. */
export async function kindOf(file: File): Promise<Kind> {
  return kindOfStart(decoded(file, await file.slice(0, START).arrayBuffer(), true))
}

export function kindOfStart(text: string): Kind {
  const start = text.slice(0, START)
  if (/^\s*\{\s*"ecranePlayground"/.test(start)) return 'view'
  // An answer about a policy may list images, too.
  if (start.includes('"lifecyclePolicyText"')) return 'policy'
  return /"(imageDetails|imageDigest|imageIds)"/.test(start) ? 'images' : 'policy'
}

export async function textOf(file: File, most: number, what: string): Promise<string> {
  if (file.size > most) throw tooLong(file.size, most, what)
  return withLines(decoded(file, await file.arrayBuffer(), false))
}

/** With line ends as the editor has them: else a place in the one text is none in the other. */
export const withLines = (text: string) => (text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text)

/** UTF-8, or UTF-16 with its mark, as PowerShell writes it. Of a start, the last character may be cut. */
function decoded(file: File, bytes: ArrayBuffer, isStart: boolean): string {
  const [first, second] = new Uint8Array(bytes, 0, Math.min(2, bytes.byteLength))
  const encoding = first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8'
  let text = '\0'
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: isStart })
  } catch {
    // Said below.
  }
  if (text.includes('\0')) throw new NotTaken(`“${file.name}” is not text. Drop a policy, or a list of images in JSON.`)
  return text
}
