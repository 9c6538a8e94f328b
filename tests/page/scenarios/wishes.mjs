// What somebody chose stays until they choose something else.
import { chooseSample, dropAll, editor, open, paste, problems, settled, tab, written } from '../browser.mjs'

const rule = (tags, keep) =>
  JSON.stringify({ rules: [{ rulePriority: 1, selection: { tagStatus: 'tagged', tagPatternList: [tags], countType: 'imageCountMoreThan', countNumber: keep }, action: { type: 'expire' } }] })

const day = (page) => page.getByLabel('As of').getAttribute('aria-valuetext')

export default async function (browser, address, { images, answer, refusal, hcl }) {
  const page = await open(browser, address)
  const alerts = () => page.getByRole('alert').allInnerTexts()
  const about = async () => {
    await tab(page, 'Images').click()
    return page.locator('.source > p').first().innerText()
  }

  // What the table shows stays while the policy is not whole, and on another tab; case does not matter.
  await page.getByLabel('Filter by tag or digest').fill('RC-1.1')
  const filtered = () => page.locator('tr.row .name').allInnerTexts()
  await page.waitForFunction(() => [...document.querySelectorAll('tr.row .name')].every((name) => name.textContent.includes('rc-1.1')))
  const before = await filtered()
  await editor(page).focus()
  await page.keyboard.press('Control+End')
  await page.keyboard.type('x')
  await settled(page)
  const broken = await page.locator('tr.row').count()
  await page.keyboard.press('Backspace')
  await settled(page)
  await tab(page, 'Images').click()
  await tab(page, 'What happens').click()
  await page.waitForFunction((many) => document.querySelectorAll('tr.row').length === many, before.length)
  const filter = { before, broken, after: await filtered() }
  await page.getByLabel('Filter by tag or digest').fill('')

  // Made-up images are made anew for another tag, and the time stays as far away as it was.
  await paste(page, rule('a-*', 3))
  await page.getByLabel('As of').fill('40')
  await settled(page)
  const moved = await day(page)
  await paste(page, rule('b-*', 3))
  await page.waitForFunction(() => document.querySelector('.name')?.textContent?.includes('b-'))
  await settled(page)
  const standIn = { moved, after: await day(page) }

  // Of two wishes the later one is granted.
  await page.evaluate((policy) => navigator.clipboard.writeText(policy), rule('c-*', 2))
  await chooseSample(page, 'train')
  await editor(page).focus()
  await page.keyboard.press('Control+A')
  await page.keyboard.press('Control+V')
  await page.getByLabel('Sample', { exact: true }).selectOption('platforms')
  await settled(page)
  const later = await about()

  // A policy and its images, dropped together.
  await dropAll(page, { 'policy.json': rule('own-*', 1), 'images.json': images })
  const together = { about: await about(), policy: await written(page), alerts: await alerts() }
  await dropAll(page, { 'one.json': rule('one-*', 1), 'two.json': rule('two-*', 1) })
  const twice = { policy: await written(page), alerts: await alerts() }

  // A link that cannot be read takes nothing away.
  await page.evaluate(() => (location.hash = 'v1.damaged'))
  await page.getByRole('alert').filter({ hasText: 'cannot be read' }).waitFor()
  const damaged = await written(page)

  // A list of images is one, wherever it is pasted.
  await chooseSample(page, 'train')
  const policy = await written(page)
  await page.evaluate((text) => navigator.clipboard.writeText(text), images)
  await editor(page).focus()
  await page.keyboard.press('Control+A')
  await page.keyboard.press('Control+V')
  await page.waitForTimeout(50)
  await settled(page)
  const list = { stayed: (await written(page)) === policy, about: await about() }

  // What tools print around a policy, or of it.
  await paste(page, answer)
  const dialect = await page.locator('.dialect').innerText()
  const read = { dialect, codes: (await problems(page)).map(({ code }) => code) }
  await tab(page, 'Share').click()
  await page.getByText('around it nothing is').waitFor()
  const alone = await written(await open(browser, await page.getByLabel('Link', { exact: true }).inputValue()))
  await paste(page, refusal)
  const unknown = await page.locator('.causes').innerText()
  await paste(page, hcl)
  const terraform = await problems(page)

  // More than ECR holds is said, and the link opens the same images.
  await paste(page, rule('d-*', 3))
  await tab(page, 'Images').click()
  await page.getByLabel('pushes a day').fill('1000')
  await page.getByLabel(/^for/).fill('200')
  await page.getByRole('button', { name: 'Make them' }).click()
  await settled(page)
  const many = await about()
  await tab(page, 'What happens').click()
  await page.getByLabel('As of').fill('30')
  await settled(page)
  await tab(page, 'Share').click()
  await page.waitForFunction(() => document.querySelector('input[readonly]')?.value.includes('#v1.'))
  const link = await page.getByLabel('Link', { exact: true }).inputValue()
  const other = await open(browser, link)
  const opened = { day: await day(other), lesson: await other.locator('.lesson').innerText() }

  // By the keyboard to the first and the last tab.
  await tab(page, 'Share').focus()
  await page.keyboard.press('Home')
  const first = await page.getByRole('tab', { selected: true }).allInnerTexts()
  await page.keyboard.press('End')
  const last = await page.getByRole('tab', { selected: true }).allInnerTexts()
  return {
    filter, standIn, later, together, twice, damaged, list, read, alone, unknown, terraform, many, opened,
    tabs: { first, last }, complaints: [...page.complaints, ...other.complaints],
  }
}
