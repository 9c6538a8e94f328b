// Images as `aws ecr describe-images` lists them, made up and always the same.

/** One image, as the service model names its properties; `references` is ecrane's own. */
export interface Image {
  imageDigest: string
  imageTags?: string[]
  imagePushedAt: string
  imageSizeInBytes: number
  imageManifestMediaType: string
  lastRecordedPullTime?: string
  subjectManifestDigest?: string
  references?: string[]
  imageStatus?: string
  lastArchivedAt?: string
}

export const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
export const INDEX = 'application/vnd.oci.image.index.v1+json'
export const DAY = 86_400_000

/** Numbers that look random and are the same at every visit (mulberry32). */
export function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export type Random = ReturnType<typeof numbers>

export function digest(random: Random): string {
  let hex = ''
  for (let part = 0; part < 8; part++) {
    hex += Math.floor(random() * 4_294_967_296).toString(16).padStart(8, '0')
  }
  return `sha256:${hex}`
}

export function short(random: Random): string {
  return digest(random).slice(7, 14)
}

export function time(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`
}

export function image(random: Random, pushed: number, tags: string[], more: Partial<Image> = {}): Image {
  return {
    imageDigest: digest(random),
    ...(tags.length > 0 ? { imageTags: tags } : {}),
    imagePushedAt: time(pushed),
    imageSizeInBytes: Math.round(40_000_000 + random() * 60_000_000),
    imageManifestMediaType: MANIFEST,
    ...more,
  }
}

export function list(images: Image[]): string {
  return JSON.stringify({ complete: true, imageDetails: images }, null, images.length > 400 ? 0 : 1)
}
