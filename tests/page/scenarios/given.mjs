// The page as `ecrane playground` shows it: with a file loaded, and anew when the file has changed.
import { writeFile } from 'node:fs/promises'
import { editor, figures, open, settled } from '../browser.mjs'

async function shown(page) {
  return { policy: await editor(page).innerText(), figures: await figures(page) }
}

export default async function (browser, address, { file, next }) {
  const page = await open(browser, address)
  const first = await shown(page)
  const rules = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content')
  const kept = await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)
  await writeFile(file, next)
  await page.reload()
  await settled(page)
  const second = await shown(page)
  const finding = await page.goto(`${address}codes/list-is-and/`)
  return { first, second, rules, kept, finding: finding.status(), complaints: page.complaints }
}
