// Every view by axe-core, light and dark, wide and narrow.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chooseSample, drop, editor, open, paste, settled, tab } from '../browser.mjs'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8')

// One after the other, each from where the one before ends.
const VIEWS = {
  'what happens': async () => {},
  compare: async (page) => {
    await tab(page, 'Compare').click()
    await page.getByRole('button', { name: /^Keep this policy/ }).click()
    await page.getByRole('button', { name: 'Mend' }).first().click()
    await settled(page)
  },
  share: (page) => tab(page, 'Share').click(),
  images: (page) => tab(page, 'Images').click(),
  'several platforms': (page) => chooseSample(page, 'platforms'),
  'as ECR takes it': (page) => tab(page, 'As ECR').click(),
  'a policy with errors': async (page) => {
    await tab(page, 'Policy').click()
    await paste(page, '{"rules": [{"rulePriority": 0}]}')
    await tab(page, 'What happens').click()
  },
  'rules in YAML': (page) => paste(page, 'rules:\n  # all of them\n  - images: any\n    keep: 3\n'),
  'nothing at all': async (page) => {
    await editor(page).focus()
    await page.keyboard.press('Control+A')
    await page.keyboard.press('Backspace')
    await settled(page)
  },
  'a file that is none': (page) => drop(page, 'logo.png', [0x89, 0, 1]),
}

async function look(page, name) {
  const { violations, passes } = await page.evaluate(() => window.axe.run({ resultTypes: ['violations'] }))
  const found = violations.map(({ id, nodes }) => `${name}: ${id}: ${nodes.map(({ html }) => html).join(' ').slice(0, 300)}`)
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  if (wide > 0) found.push(`${name}: the page is ${wide} px too wide`)
  return { found, rules: passes.length }
}

export default async function (browser, address) {
  const found = []
  let looked = 0
  let rules = 0
  const see = async (page, name) => {
    const seen = await look(page, name)
    found.push(...seen.found)
    rules += seen.rules
    looked++
  }
  for (const scheme of ['light', 'dark']) {
    for (const width of [1280, 390]) {
      const page = await open(browser, address, { scheme, width })
      // The page's own rules would not let it in: it comes by the browser's back door.
      await page.evaluate(AXE)
      for (const [name, show] of Object.entries(VIEWS)) {
        await show(page)
        await see(page, `${name}, ${scheme}, ${width}`)
      }
      for (const path of ['codes/', 'codes/list-is-and/']) {
        await page.goto(address + path)
        await page.evaluate(AXE)
        await see(page, `${path}, ${scheme}, ${width}`)
      }
      await page.context().close()
    }
  }
  return { found, looked, rules }
}
