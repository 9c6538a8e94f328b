// Every sample: its policy, its images, and what the page makes of them.
import { readFile } from 'node:fs/promises'
import { chooseSample, doubtful, figures, open, rows, tab, written } from '../browser.mjs'

export default async function (browser, address, { large }) {
  const page = await open(browser, address)
  const ids = await page.getByLabel('Sample', { exact: true }).locator('option').evaluateAll((options) => options.map(({ value }) => value))
  const samples = []
  for (const id of ids) {
    if (id === 'large' && !large) continue
    await chooseSample(page, id)
    const seen = { id, figures: await figures(page), doubtful: await doubtful(page), rows: await rows(page), now: await page.getByLabel('As of').getAttribute('aria-valuetext') }
    await tab(page, 'Images').click()
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save this list' }).click()])
    seen.images = await readFile(await download.path(), 'utf8')
    seen.policy = await written(page)
    await tab(page, 'What happens').click()
    samples.push(seen)
  }
  return { samples, complaints: page.complaints }
}
