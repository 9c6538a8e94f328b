// Texts that want to be more than texts, and such as are large or deep.
import { drop, open, paste, problems, settled, tab, written } from '../browser.mjs'

export default async function (browser, address, { corpus, large, deep }) {
  const page = await open(browser, address)
  const dialogs = []
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message())
    void dialog.dismiss()
  })
  const foreign = () => page.evaluate(() => document.querySelectorAll('img, iframe, object, embed, form[action], [onerror], [onload], [onclick]').length)
  let planted = 0
  for (const text of corpus) {
    const rule = { rulePriority: 1, description: text, selection: { tagStatus: 'tagged', tagPatternList: [text], countType: 'imageCountMoreThan', countNumber: 1, [text]: text }, action: { type: 'expire' } }
    await paste(page, text)
    await paste(page, JSON.stringify({ rules: [rule], [text]: 1 }))
    planted += await foreign()
    delete rule.selection[text]
    rule.selection.tagPatternList = ['v*']
    await paste(page, JSON.stringify({ rules: [rule] }))
    const image = (digit) => ({ imageDigest: `sha256:${digit.repeat(64)}`, imageTags: [`v${digit}${text}`], imagePushedAt: '2026-01-01T00:00:00Z', registryId: text })
    await drop(page, `${text}.json`, JSON.stringify({ imageDetails: [image('a'), image('b'), { imageDigest: text }] }))
    await drop(page, `${text}.json`, JSON.stringify({ imageDetails: [image('a'), image('b')] }))
    planted += await foreign()
    for (const name of ['Images', 'Compare', 'Share', 'What happens']) {
      await tab(page, name).click()
      planted += await foreign()
    }
  }
  const ran = await page.evaluate(() => window.planted === undefined ? 0 : 1)

  const took = {}
  for (const [name, text] of Object.entries({ large, deep })) {
    await drop(page, 'policy.json', text)
    const figure = async (name) => Math.round(await page.locator('#timing').getAttribute(name))
    took[name] = { module: await figure('data-module'), page: await figure('data-took'), problems: (await problems(page)).map(({ code }) => code).slice(0, 3) }
  }

  // A link that holds nothing, something else, or a bomb.
  const links = []
  for (const fragment of ['v1.!!!', 'v1.AAAA', 'v2.x', `v1.${'A'.repeat(70_000)}`, '%3Cscript%3E', '__proto__']) {
    await page.goto('about:blank')
    await page.goto(`${address}#${fragment}`)
    await settled(page)
    links.push({ fragment: fragment.slice(0, 20), policy: await written(page), said: await page.getByRole('alert').count() })
  }
  return { dialogs, planted, ran, took, links, complaints: page.complaints }
}
