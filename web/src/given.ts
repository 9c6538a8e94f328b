// The files that `ecrane playground` was started with. That program says in the page where their names are; elsewhere
// the page asks nobody.

interface Names {
  policy: string | null
  images: string | null
}

export interface Given {
  /** The text of the policy. */
  policy: string | null
  images: File | null
}

const place = document.querySelector<HTMLMetaElement>('meta[name="given"]')?.content

/** Whether a program shows the page, and not a site. */
export const isGiven = place !== undefined

/** Whether the page is shown inside of another one. */
export const embedded = new URLSearchParams(location.search).has('embed')

async function ask(path: string): Promise<Response> {
  const answer = await fetch(path)
  if (!answer.ok) throw new Error((await answer.text()).trim())
  return answer
}

export async function given(): Promise<Given> {
  const names: Names = await (await ask(place ?? '')).json()
  const policy = names.policy === null ? null : await (await ask('given/policy')).text()
  const images = names.images === null ? null : new File([await (await ask('given/images')).blob()], names.images)
  return { policy, images }
}
