// Numbers, sizes and times as people read them; times in UTC, as ECR counts.

const number = new Intl.NumberFormat('en')

export const count = (value: number) => number.format(value)

export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`
}

export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let at = 0
  while (value >= 1024 && at < units.length - 1) {
    value /= 1024
    at++
  }
  return `${value >= 100 || at === 0 ? Math.round(value) : value.toFixed(1)} ${units[at]}`
}

export const day = (milliseconds: number) => new Date(milliseconds).toISOString().slice(0, 10)

export const minute = (milliseconds: number) => new Date(milliseconds).toISOString().slice(0, 16).replace('T', ' ')

export const shortDigest = (digest: string) => digest.slice(0, 'sha256:'.length + 12)
