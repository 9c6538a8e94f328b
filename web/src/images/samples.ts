// What the page can show without anybody's own policy or images.
import { cadenceImages } from './cadence.ts'
import { DAY, type Image, image, INDEX, list, numbers, short } from './making.ts'

export interface Sample {
  id: string
  group: string
  title: string
  /** What is to be seen in it. */
  lesson: string
  policy: string
  images: () => string
}

/** Of every sample. */
export const NOW = Date.UTC(2026, 8, 1, 12)

const days = (number: number) => NOW - number * DAY

interface Rule {
  description?: string
  tags: string[] | 'any' | 'untagged'
  prefix?: boolean
  keep?: number
  days?: number
}

/** ECR's own JSON, written as people write it. */
function ecr(rules: Rule[]): string {
  const written = rules.map(({ description, tags, prefix, keep, days }, at) => ({
    rulePriority: at + 1,
    ...(description ? { description } : {}),
    selection: {
      tagStatus: typeof tags === 'string' ? tags : 'tagged',
      ...(typeof tags === 'string' ? {} : { [prefix ? 'tagPrefixList' : 'tagPatternList']: tags }),
      ...(keep === undefined
        ? { countType: 'sinceImagePushed', countUnit: 'days', countNumber: days }
        : { countType: 'imageCountMoreThan', countNumber: keep }),
    },
    action: { type: 'expire' },
  }))
  // Short lists and objects on one line, as in AWS's examples.
  return `${JSON.stringify({ rules: written }, null, 2).replace(/\[\s+("[^\]]*?")\s+\]/g, (_, items: string) => `[${items.replace(/\s+/g, ' ')}]`)}\n`
}

function crosswalk(rules: object[]): string {
  const lines = rules.map((rule) => `    ${JSON.stringify(rule).replace(/([:,])"/g, '$1 "').replace(/:(\d|\{|\[)/g, ': $1')}`)
  return `{\n  "rules": [\n${lines.join(',\n')}\n  ]\n}\n`
}

function few(seed: number, rows: [number, ...string[]][]): () => string {
  return () => {
    const random = numbers(seed)
    return list(rows.map(([age, ...tags]) => image(random, days(age), tags)))
  }
}

const trap: Sample = {
  id: 'trap',
  group: 'Traps',
  title: 'A list is AND',
  lesson: 'The first rule was to keep ten releases and candidates. It keeps none: no image has both tags, so the second rule takes them all.',
  policy: ecr([
    { description: 'keep the newest 10 releases and candidates', tags: ['v*', 'rc-*'], keep: 10 },
    { description: 'all else goes after 30 days', tags: 'any', days: 30 },
  ]),
  images() {
    const random = numbers(1)
    const images: Image[] = []
    for (let at = 0; at < 12; at++) {
      images.push(image(random, days(4 + at * 12), [`v1.${11 - at}.0`, ...(at === 0 ? ['latest'] : [])]))
      images.push(image(random, days(8 + at * 12), [`rc-1.${11 - at}.0`]))
    }
    for (let at = 0; at < 40; at++) images.push(image(random, days(0.4 + at * 1.4), [`pr-${240 - at}`]))
    for (let at = 0; at < 9; at++) images.push(image(random, days(2 + at * 6.1), []))
    return list(images)
  },
}

const examples: Sample[] = [
  {
    id: 'crosswalk-a',
    group: 'Pulumi Crosswalk',
    title: 'Example A: untagged, by age',
    lesson: 'Images without a tag go 14 days after they were pushed. Tagged images stay.',
    policy: crosswalk([{ selection: 'untagged', maximumAgeLimit: 14 }]),
    images: few(11, [[15], [13], [30, 'x']]),
  },
  {
    id: 'crosswalk-b',
    group: 'Pulumi Crosswalk',
    title: 'Example B: prod before beta',
    lesson: 'Image B belongs to the prod rule, and still counts for the beta rule.',
    policy: crosswalk([
      { selection: { tagPrefixList: ['prod'] }, maximumNumberOfImages: 1 },
      { selection: { tagPrefixList: ['beta'] }, maximumNumberOfImages: 1 },
    ]),
    images: few(12, [[10, 'beta-1', 'prod-1'], [9, 'beta-2', 'prod-2'], [8, 'beta-3']]),
  },
  {
    id: 'crosswalk-c',
    group: 'Pulumi Crosswalk',
    title: 'Example C: beta before prod',
    lesson: 'The same two rules in the other order take another image.',
    policy: crosswalk([
      { selection: { tagPrefixList: ['beta'] }, maximumNumberOfImages: 1 },
      { selection: { tagPrefixList: ['prod'] }, maximumNumberOfImages: 1 },
    ]),
    images: few(12, [[10, 'beta-1', 'prod-1'], [9, 'beta-2', 'prod-2'], [8, 'beta-3']]),
  },
  {
    id: 'crosswalk-d',
    group: 'Pulumi Crosswalk',
    title: 'Example D: two prefixes in one list',
    lesson: 'Only images with both tags are selected. The others are nobody’s and stay.',
    policy: crosswalk([{ selection: { tagPrefixList: ['alpha', 'beta'] }, maximumAgeLimit: 5 }]),
    images: few(14, [[12, 'alpha-1'], [11, 'beta-1'], [10, 'alpha-2', 'beta-2'], [4, 'alpha-3'], [4.2, 'alpha-4', 'beta-4'], [2, 'beta-3']]),
  },
  {
    id: 'crosswalk-e',
    group: 'Pulumi Crosswalk',
    title: 'Example E: any image, by number',
    lesson: 'The guide says that one image stays. Its code says five, and of four images none goes.',
    policy: crosswalk([{ selection: 'any', maximumNumberOfImages: 5 }]),
    images: few(15, [[4, 'alpha-1'], [3, 'beta-1'], [2], [1, 'alpha-2']]),
  },
]

const train: Sample = {
  id: 'train',
  group: 'Repositories',
  title: 'A release train',
  lesson: 'A release every two weeks, candidates before it, builds of main and of pull requests all day.',
  policy: ecr([
    { description: 'releases', tags: ['v*'], keep: 12 },
    { description: 'candidates', tags: ['rc-*'], days: 60 },
    { description: 'builds of main', tags: ['main-*'], keep: 30 },
    { description: 'pull requests', tags: ['pr-*'], days: 14 },
    { tags: 'untagged', days: 7 },
  ]),
  images() {
    const random = numbers(21)
    const images: Image[] = []
    for (let at = 0; at < 18; at++) {
      images.push(image(random, days(3 + at * 14), [`v3.${17 - at}.0`, ...(at === 0 ? ['latest', 'prod'] : [])]))
      for (let candidate = 3; candidate > 0; candidate--) {
        images.push(image(random, days(3 + at * 14 + 4 - candidate), [`rc-3.${17 - at}.0-${candidate}`]))
      }
    }
    for (let at = 0; at < 260; at++) images.push(image(random, days(at * 0.48 + random() * 0.3), [`main-${short(random)}`]))
    for (let at = 0; at < 420; at++) images.push(image(random, days(at * 0.3 + random() * 0.3), [`pr-${1400 - at}`]))
    for (let at = 0; at < 60; at++) images.push(image(random, days(at * 0.8 + random()), []))
    return list(images)
  },
}

const SERVICES = ['api', 'web', 'worker', 'billing', 'search', 'mail', 'auth', 'ingest']

const monorepo: Sample = {
  id: 'monorepo',
  group: 'Repositories',
  title: 'A busy monorepo, 10,000 images',
  lesson: 'Eight services in one repository. Those that a rule names keep their own newest 50; all else goes after 45 days.',
  policy: ecr([
    { description: 'what runs', tags: ['prod-*'], keep: 40 },
    ...SERVICES.slice(0, 5).map((service) => ({ description: service, tags: [`${service}-*`], keep: 50 })),
    { description: 'all else', tags: 'any' as const, days: 45 },
  ]),
  images() {
    const random = numbers(31)
    const images: Image[] = []
    for (let at = 0; at < 10_000; at++) {
      const service = SERVICES[Math.floor(random() ** 1.6 * SERVICES.length)] ?? 'api'
      const tags = random() < 0.04 ? [] : [`${service}-${10_000 - at}`]
      if (tags.length > 0 && at % 97 === 0) tags.push(`prod-${service}-${10_000 - at}`)
      images.push(image(random, days(at * 0.018 + random() * 0.017), tags))
    }
    return list(images)
  },
}

const platforms: Sample = {
  id: 'platforms',
  group: 'Repositories',
  title: 'Several platforms, with signatures',
  lesson: 'An index holds its platforms: they stay until it goes. A signature goes with what it signs.',
  policy: ecr([
    { description: 'releases', tags: ['v*'], keep: 5 },
    { description: 'untagged', tags: 'untagged', days: 3 },
  ]),
  images() {
    const random = numbers(41)
    const images: Image[] = []
    for (let at = 0; at < 9; at++) {
      const pushed = days(2 + at * 9)
      const platforms = ['amd64', 'arm64'].map((_, nth) => image(random, pushed - 20_000 + nth * 4_000, []))
      const index = image(random, pushed, [`v2.${8 - at}.0`, ...(at === 0 ? ['latest'] : [])], {
        imageManifestMediaType: INDEX,
        references: platforms.map((platform) => platform.imageDigest),
      })
      const signature = image(random, pushed + 30_000, [], { subjectManifestDigest: index.imageDigest, imageSizeInBytes: 4_000 })
      images.push(index, signature, ...platforms)
    }
    return list(images)
  },
}

const large: Sample = {
  id: 'large',
  group: 'Repositories',
  title: 'As many as ECR holds, 100,000 images',
  lesson: 'Two years of a busy pipeline, up to the quota of images in one repository.',
  policy: ecr([
    { description: 'releases', tags: ['v*'], keep: 200 },
    { description: 'builds of main', tags: ['main-*'], keep: 5_000 },
    { description: 'pull requests', tags: ['pr-*'], days: 21 },
    { description: 'nightly', tags: ['nightly-*'], days: 90 },
    { tags: 'untagged', days: 14 },
  ]),
  images: () => cadenceImages({ perDay: 137, days: 730, now: NOW, tags: [['v*'], ['main-*'], ['main-*'], ['pr-*'], ['pr-*'], ['pr-*'], ['nightly-*']] }),
}

export const SAMPLES: readonly Sample[] = [trap, ...examples, train, monorepo, platforms, large]

export function sample(id: string): Sample {
  return SAMPLES.find((known) => known.id === id) ?? trap
}

