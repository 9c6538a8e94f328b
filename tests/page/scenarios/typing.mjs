// What somebody sees who writes a policy: the fault at its place, the hover, the mending.
import { chooseSample, drop, editor, figures, open, paste, problems, rows, settled, underlined } from '../browser.mjs'

export default async function (browser, address, { faulty, refusal }) {
  const page = await open(browser, address)
  const first = { figures: await figures(page), problems: await problems(page), underlined: await underlined(page) }

  await page.getByRole('button', { name: 'Mend' }).first().click()
  await settled(page)
  const mended = { figures: await figures(page), codes: (await problems(page)).map(({ code }) => code) }

  await paste(page, faulty)
  const pasted = { problems: await problems(page), underlined: await underlined(page) }

  // From Windows: a line ends in two characters, or a character has two bytes.
  const windows = faulty.replace(/\n/g, '\r\n')
  await drop(page, 'policy.json', windows)
  const crossed = { lines: await underlined(page) }
  await drop(page, 'policy.json', [...Buffer.from(`\ufeff${windows}`, 'utf16le')])
  crossed.wide = await underlined(page)

  await chooseSample(page, 'trap')
  await page.locator('.cm-line').getByText('"tagPatternList"').hover()
  const hover = await page.locator('.cm-tooltip .words').first().innerText().catch(() => null)

  // A policy of one's own, and no images: some that fit it are made up.
  await paste(page, '{"rules": [{"rulePriority": 1, "selection": {"tagStatus": "tagged", "tagPatternList": ["mine-*"], "countType": "imageCountMoreThan", "countNumber": 3}, "action": {"type": "expire"}}]}')
  await page.waitForFunction(() => document.querySelector('.name')?.textContent?.includes('mine-'))
  await settled(page)
  const own = { figures: await figures(page), row: (await rows(page))[0] }

  // What a tool printed when ECR refused a policy.
  await paste(page, refusal)
  const causes = await page.locator('.causes li').allInnerTexts()

  // One letter at a time, as fast as it goes.
  await editor(page).focus()
  await page.keyboard.press('Control+A')
  // What is typed over a selection the browser wants to style, and is refused like everybody.
  await page.keyboard.press('Backspace')
  await page.keyboard.type('{"rules": [')
  await settled(page)
  const typed = await problems(page)
  // What may be written here, and what of it, by the schema.
  await page.keyboard.type('{"')
  const offered = async () => {
    await page.locator('.cm-tooltip-autocomplete li').first().waitFor()
    return page.locator('.cm-tooltip-autocomplete li').allInnerTexts()
  }
  const names = await offered()
  // What has only just been offered is not taken yet.
  const take = async () => {
    await page.waitForTimeout(200)
    await page.keyboard.press('Enter')
  }
  await page.keyboard.type('sel')
  await take()
  await page.keyboard.type('{"tagStatus": "')
  const values = await offered()
  await page.keyboard.press('Escape')
  const completed = await editor(page).innerText()

  // The same in YAML, where the place is told by what is above.
  const yaml = {}
  await paste(page, 'protect: [latest]\nrules:\n  - tags: v*\n    # of releases\n    keep: 3\n  - ')
  await page.keyboard.type('i')
  yaml.names = await offered()
  await take()
  await page.keyboard.type('a')
  yaml.values = await offered()
  await take()
  await page.keyboard.type('\no')
  yaml.beside = await offered()
  yaml.completed = (await editor(page).innerText()).split('\n').slice(-2)
  return { names, values, completed, yaml, first, mended, pasted, crossed, hover, own, causes, typed, complaints: page.complaints }
}
