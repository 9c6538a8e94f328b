// Every view by axe-core, light and dark, wide and narrow.
import { createRequire } from 'node:module'
import { chooseSample, open, paste, settled, tab } from '../browser.mjs'

const AXE = createRequire(import.meta.url).resolve('axe-core')

const VIEWS = {
  'what happens': async () => {},
  'several platforms': (page) => chooseSample(page, 'platforms'),
  images: (page) => tab(page, 'Images').click(),
  compare: async (page) => {
    await tab(page, 'Compare').click()
    await page.getByRole('button', { name: /^Keep this policy/ }).click()
    await page.getByRole('button', { name: 'Mend' }).first().click()
    await settled(page)
  },
  share: (page) => tab(page, 'Share').click(),
  'as ECR takes it': (page) => tab(page, 'As ECR').click(),
  'a policy with errors': (page) => paste(page, '{"rules": [{"rulePriority": 0}]}'),
}

async function look(page, name) {
  await page.waitForTimeout(200)
  // The page's own rules would not let it in: it comes by the browser's back door.
  await page.evaluate(await (await import('node:fs/promises')).readFile(AXE, 'utf8'))
  const { violations, passes } = await page.evaluate(() => window.axe.run({ resultTypes: ['violations'] }))
  const found = violations.map(({ id, nodes }) => `${name}: ${id}: ${nodes.map(({ html }) => html).join(' ').slice(0, 300)}`)
  return { found, rules: passes.length }
}

export default async function (browser, address) {
  const found = []
  let looked = 0
  let rules = 0
  for (const scheme of ['light', 'dark']) {
    for (const width of [1280, 390]) {
      for (const [name, show] of Object.entries(VIEWS)) {
        const page = await open(browser, address, { scheme, width })
        await show(page)
        const seen = await look(page, `${name}, ${scheme}, ${width}`)
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
        if (wide > 0) found.push(`${name}, ${scheme}, ${width}: the page is ${wide} px too wide`)
        found.push(...seen.found)
        rules += seen.rules
        looked++
        await page.context().close()
      }
      for (const path of ['codes/', 'codes/list-is-and/']) {
        const context = await browser.newContext({ colorScheme: scheme, viewport: { width, height: 900 } })
        const page = await context.newPage()
        await page.goto(address + path)
        const seen = await look(page, `${path}, ${scheme}, ${width}`)
        found.push(...seen.found)
        looked++
        await context.close()
      }
    }
  }
  return { found, looked, rules }
}
