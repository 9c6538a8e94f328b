/** Milliseconds. */
const PATIENCE = 60_000

/** Gives a text to the browser, to be kept as a file. */
export function save(name: string, text: string) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  link.download = name
  link.click()
  // Some browsers begin to read it only after the click is over.
  setTimeout(() => URL.revokeObjectURL(link.href), PATIENCE)
}
