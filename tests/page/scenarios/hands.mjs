// The keyboard and the mouse: what they touch is what was meant, and nothing else.
import { chooseSample, drop, dropAll, editor, open, paste, settled, tab, written } from '../browser.mjs'

const rule = (rulePriority, tag, countNumber) => ({
  rulePriority,
  selection: { tagStatus: 'tagged', tagPatternList: [tag], countType: 'imageCountMoreThan', countNumber },
  action: { type: 'expire' },
})
const policy = (...rules) => JSON.stringify({ rules }, null, 1)

export default async function (browser, address) {
  const page = await open(browser, address)
  const names = () => page.locator('tr.row .name').allInnerTexts()
  const focused = () => page.evaluate(() => document.activeElement?.className)
  const alerts = () => page.getByRole('alert').allInnerTexts()

  // A rule is a switch: pressed twice it is off again, and nothing is written.
  await chooseSample(page, 'train')
  const before = await written(page)
  const its = page.getByRole('region', { name: 'Rules' }).getByRole('button').first()
  await its.focus()
  await page.keyboard.press('Enter')
  const pressed = await its.getAttribute('aria-pressed')
  await page.keyboard.press('Enter')
  await settled(page)
  const rules = { pressed, after: await its.getAttribute('aria-pressed'), same: (await written(page)) === before }

  // What was chosen is that rule, wherever it comes to stand.
  await paste(page, policy(rule(1, 'a-*', 3), rule(2, 'b-*', 3)))
  await page.waitForFunction(() => document.querySelector('.name')?.textContent?.includes('-'))
  await page.getByLabel('Filter by rule').selectOption({ label: 'rule 2' })
  await page.waitForFunction(() => [...document.querySelectorAll('tr.row .name')].every((name) => name.textContent.includes('b-')))
  await paste(page, policy(rule(1, 'c-*', 3), rule(2, 'a-*', 3), rule(3, 'b-*', 3)))
  await page.waitForTimeout(100)
  await settled(page)
  const followed = { rule: await page.getByLabel('Filter by rule').locator('option:checked').innerText(), of: new Set((await names()).map((name) => name.slice(0, 2))).size }

  // A list that was scrolled far begins at its top when it comes back.
  await chooseSample(page, 'monorepo')
  await page.getByLabel('Filter by rule').selectOption('-1')
  await page.getByRole('region', { name: 'Images', exact: true }).evaluate((box) => (box.scrollTop = 200_000))
  await page.getByLabel('Filter by tag or digest').fill('zzzz')
  await page.getByText('No image is like that.').waitFor()
  await page.getByLabel('Filter by tag or digest').fill('')
  await page.locator('tr.row').first().waitFor()
  const top = await page.locator('tr.row').first().getAttribute('aria-rowindex')

  // Who mends by the keyboard goes on there.
  await chooseSample(page, 'trap')
  await page.getByRole('button', { name: 'Mend' }).first().focus()
  await page.keyboard.press('Enter')
  await settled(page)
  await page.waitForFunction(() => document.activeElement?.classList.contains('box'))
  const mended = await focused()

  // Of several files each that is none is named.
  await dropAll(page, { 'logo.png': [137, 80, 78, 71, 0, 0, 0, 0], 'policy.json': policy(rule(1, 'feature/*', 3), rule(2, 'prod', 3)) })
  const refused = await alerts()
  // No image has a tag that there cannot be, and a tag that moved on leaves builds behind.
  const made = await page.locator('figure table tbody th').allInnerTexts()

  // Before the newest push there were others.
  await drop(page, 'images.json', JSON.stringify({ imageDetails: [{ imageDigest: `sha256:${'a'.repeat(64)}`, imagePushedAt: new Date(Date.now() - 3.5 * 86_400_000).toISOString() }] }))
  const back = await page.getByLabel('As of').getAttribute('min')

  // What asks for nothing is told so everywhere.
  await paste(page, '{"skip": true}')
  const none = await page.locator('.problems').innerText()
  await tab(page, 'Share').click()
  const nowhere = await page.getByText('There is nothing to put anywhere').innerText()
  await tab(page, 'What happens').click()

  // Back, and a reload, take nothing away.
  await paste(page, policy(rule(1, 'mine-*', 3)))
  await page.evaluate(() => (location.hash = ''))
  await settled(page)
  const returned = await written(page)
  await page.reload()
  await settled(page)
  const reloaded = { policy: await written(page), alerts: await alerts() }

  // A list that is dropped with a policy stays, also where images were made up before.
  const together = []
  for (const tag of ['one-*', 'two-*', 'three-*']) {
    await paste(page, policy(rule(1, 'mine-*', 3)))
    await tab(page, 'Images').click()
    await page.getByRole('button', { name: 'Make them' }).click()
    await settled(page)
    await dropAll(page, { 'policy.json': policy(rule(1, tag, 3)), 'images.json': JSON.stringify({ imageDetails: [{ imageDigest: `sha256:${'b'.repeat(64)}`, imagePushedAt: '2026-01-01T00:00:00Z' }] }) })
    together.push(await page.locator('.source > p').first().innerText())
  }
  const empty = await open(browser, address.replace(/$/, '?embed'))
  await editor(empty).focus()
  await empty.keyboard.press('Control+A')
  await empty.keyboard.press('Delete')
  await settled(empty)
  const nothing = await empty.locator('.nothing').first().innerText()
  return { rules, followed, top, mended, refused, made, back, none, nowhere, returned, reloaded, together, nothing, complaints: page.complaints }
}
