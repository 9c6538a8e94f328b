// The list of a whole repository, dropped on the page: nothing waits for it, and no account id stays in it.
import { readFile } from 'node:fs/promises'
import { editor, figures, open, settled, tab } from '../browser.mjs'

export default async function (browser, address, { bytes }) {
  const page = await open(browser, address)
  const made = await page.evaluate((bytes) => {
    const image = (at) => ({
      registryId: '123456789012',
      repositoryName: 'team/app',
      imageDigest: `sha256:${at.toString(16).padStart(64, '0')}`,
      imageTags: [`v${at}`],
      imageSizeInBytes: 61_000_000 + at,
      imagePushedAt: new Date(1_700_000_000_000 + at * 60_000).toISOString(),
      imageManifestMediaType: 'application/vnd.oci.image.manifest.v1+json',
      artifactMediaType: 'application/vnd.oci.image.config.v1+json',
    })
    const images = []
    for (let at = 0, size = 0; size < bytes; at++) {
      const text = JSON.stringify(image(at))
      size += text.length + 1
      images.push(text)
    }
    const transfer = new DataTransfer()
    transfer.items.add(new File([`{"imageDetails":[${images.join(',')}]}`], 'images.json'))
    window.dropped = performance.now()
    window.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }))
    return images.length
  }, bytes)
  // Typing goes on while it is read.
  const start = Date.now()
  await editor(page).focus()
  await page.keyboard.press('Control+End')
  await page.keyboard.type(' ')
  const typing = Date.now() - start
  await page.waitForFunction((made) => document.querySelector('[role=status]') && document.body.innerText.includes(made), made.toLocaleString('en'), { timeout: 60_000 })
  await settled(page)
  const seen = await figures(page)
  await tab(page, 'Images').click()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save this list' }).click()])
  const saved = await readFile(await download.path(), 'utf8')
  return { made, typing, figures: seen, bytes: saved.length, accounts: saved.split('123456789012').length - 1, complaints: page.complaints }
}
