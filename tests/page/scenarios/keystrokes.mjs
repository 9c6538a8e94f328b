// How long the page takes from a keystroke to the verdicts, by its own timer: medians in milliseconds, of a policy of 50
// rules. For 10,000 and 100,000 images: a keystroke, and all rules anew; then the longest that typing waited.
import { drop, open, paste, settled } from '../browser.mjs'

const KEYSTROKES = 200

const rules = Array.from({ length: 50 }, (_, at) => ({
  rulePriority: at + 1,
  selection: { tagStatus: 'tagged', tagPatternList: [`s${at}-*`], countType: 'imageCountMoreThan', countNumber: 100 + at },
  action: { type: 'expire' },
}))

function images(count) {
  const image = (at) => ({
    imageDigest: `sha256:${at.toString(16).padStart(64, '0')}`,
    imageTags: [`s${at % 60}-${at}`],
    imagePushedAt: new Date(1_700_000_000_000 + at * 60_000).toISOString(),
  })
  return JSON.stringify({ complete: true, imageDetails: Array.from({ length: count }, (_, at) => image(at)) })
}

function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? 0
}

const took = (page) => page.locator('#timing').evaluate(({ dataset }) => Number(dataset.took))

export default async function (browser, address) {
  const figures = []
  let longest = 0
  for (const count of [10_000, 100_000]) {
    const page = await open(browser, address)
    await drop(page, 'images.json', images(count))
    const policy = (head) => JSON.stringify({ rules: rules.map((rule, at) => ({ ...rule, selection: { ...rule.selection, tagPatternList: [`${head}${at}-*`] } })) })
    const anew = []
    for (let time = 0; time < 20; time++) {
      await paste(page, policy(time % 2 === 0 ? 's' : 't'))
      anew.push(await took(page))
    }
    await paste(page, policy('s'))
    await page.keyboard.press('Control+End')
    for (let step = 0; step < 34; step++) await page.keyboard.press('ArrowLeft')
    const one = []
    for (let stroke = 0; stroke < KEYSTROKES; stroke++) {
      const start = performance.now()
      await page.keyboard.press(stroke % 2 === 0 ? '1' : 'Backspace')
      longest = Math.max(longest, performance.now() - start)
      await settled(page)
      one.push(await took(page))
    }
    figures.push(median(one), median(anew))
    await page.context().close()
  }
  return [...figures, longest].map((figure) => Math.round(figure * 10) / 10)
}
