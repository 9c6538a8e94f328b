// A page that has loaded asks nobody for anything, and opens again without a network.
import { chooseSample, figures, open, paste, settled, tab } from '../browser.mjs'

export default async function (browser, address, { policy }) {
  const page = await open(browser, address)
  await page.evaluate(() => navigator.serviceWorker.ready)
  await page.waitForFunction(async () => (await caches.keys()).length > 0 && navigator.serviceWorker.controller !== null)
  const requests = []
  page.context().on('request', (request) => requests.push(request.url()))
  await paste(page, policy)
  for (const name of ['Images', 'Compare', 'Share', 'What happens']) await tab(page, name).click()
  await page.getByLabel('As of').focus()
  await page.keyboard.press('ArrowRight')
  await settled(page)
  await chooseSample(page, 'platforms')
  // The address of a blob is none of a server's.
  const sent = requests.filter((url) => !url.startsWith('blob:') && !url.startsWith('data:'))

  const online = await figures(page)
  await page.context().setOffline(true)
  await page.reload()
  await settled(page)
  const offline = await figures(page)
  const csp = await page.locator('meta[http-equiv]').getAttribute('content')
  return { sent, online, offline, csp, complaints: page.complaints }
}
