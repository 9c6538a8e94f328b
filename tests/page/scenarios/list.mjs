// The list of images, changed by hand: nothing that is typed is lost, and the time stays.
import { open, settled, tab } from '../browser.mjs'

const WORDS = 'abcdefghijklmnopqrstuvwxyz0123456789'

export default async function (browser, address) {
  const page = await open(browser, address)
  const day = () => page.getByLabel('As of').getAttribute('aria-valuetext')
  const before = await day()
  await tab(page, 'Images').click()
  const list = page.locator('.cm-content[aria-label="Images"]')
  await list.focus()
  await page.keyboard.press('Control+Home')
  // As fast as it goes: the list is read anew for each letter.
  await page.keyboard.type(WORDS)
  await settled(page)
  const first = (await list.innerText()).split('\n')[0]
  await page.keyboard.press('Control+Home')
  for (let letter = 0; letter < WORDS.length; letter++) await page.keyboard.press('Delete')
  await settled(page)
  const mended = (await list.innerText()).split('\n')[0]
  await tab(page, 'What happens').click()
  return { words: WORDS, first, mended, before, after: await day(), complaints: page.complaints }
}
