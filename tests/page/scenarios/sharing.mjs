// A link opens what was seen; the slider, the comparison and the forms of the policy.
import { chooseSample, editor, figures, open, paste, settled, tab, written } from '../browser.mjs'

export default async function (browser, address, { policy, awsx, template, faulty }) {
  const page = await open(browser, address)
  await chooseSample(page, 'train')
  const today = await figures(page)
  await page.getByLabel('As of').focus()
  for (let press = 0; press < 30; press++) await page.keyboard.press('ArrowRight')
  await settled(page)
  const later = await figures(page)

  await tab(page, 'Compare').click()
  await page.getByRole('button', { name: /^Keep this policy/ }).click()
  await settled(page)
  const text = await page.getByLabel('The policy before').innerText()
  await editor(page).getByText('12', { exact: true }).dblclick()
  await page.keyboard.type('3')
  await settled(page)
  const changed = await page.getByRole('heading', { name: /hands$/ }).innerText()
  const hands = await page.getByRole('region', { name: 'Images that change hands' }).locator('tbody tr').count()

  await tab(page, 'Share').click()
  await page.waitForFunction(() => document.querySelector('input[readonly]')?.value.includes('#v1.'))
  const link = await page.getByLabel('Link', { exact: true }).inputValue()
  const forms = {}
  await paste(page, awsx)
  for (const name of ['ECR JSON', 'Terraform', 'aws command', 'Workflow step']) {
    await tab(page, name).click()
    forms[name] = await page.locator('#form pre').innerText()
  }

  const other = await open(browser, link)
  const opened = { figures: await figures(other), policy: await editor(other).innerText(), day: await other.getByLabel('As of').getAttribute('aria-valuetext') }
  const embedded = await open(browser, link.replace('#', '?embed#'))
  const header = await embedded.locator('header').count()
  await paste(page, policy)

  // Of a template only the policy goes into the link.
  await paste(page, template)
  await tab(page, 'Share').click()
  await page.getByText('around it nothing is').waitFor()
  await settled(page)
  const shared = await open(browser, await page.getByLabel('Link', { exact: true }).inputValue())
  const alone = await written(shared)
  // Nor of the document around the policy before.
  await tab(page, 'Compare').click()
  await page.getByRole('button', { name: 'Take the policy as it is now' }).click()
  await settled(page)
  await tab(page, 'Share').click()
  await page.waitForTimeout(100)
  const both = await open(browser, await page.getByLabel('Link', { exact: true }).inputValue())
  await tab(both, 'Compare').click()
  const beside = await both.getByLabel('The policy before').innerText()
  // What cannot be taken out is not shared at all.
  await paste(page, faulty)
  await page.getByText('cannot be taken out of this document').waitFor()
  const links = await page.getByLabel('Link', { exact: true }).count()
  return { today, later, changed, hands, before: text, link: link.length, forms, opened, header, alone, beside, links, complaints: [...page.complaints, ...other.complaints] }
}
