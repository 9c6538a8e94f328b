// Account ids out of a list of images: nobody who shares a link means to share those.

const HIDDEN = '000000000000'

/** Where the AWS CLI prints them: `registryId`, names of registries, ARNs. */
const PLACES = /("registryId"\s*:\s*")\d{12}(?=")|()\b\d{12}(?=\.dkr[.-]ecr)|(\barn:aws[a-z-]*:[a-z]+:[a-z0-9-]*:)\d{12}(?=:)/g

export function masked(text: string): string {
  return text.replace(PLACES, (_, id: string | undefined, __, arn: string | undefined) => (id ?? arn ?? '') + HIDDEN)
}
