// How long the page takes from a keystroke to the verdicts, by its own timer: medians in milliseconds, of a policy of 50
// rules. For 10,000 and 100,000 images: a keystroke, and all rules anew; then the longest that typing waited.
import { drop, editor, open } from '../browser.mjs'

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

/** What the page took for the policy that some act brings; it tells that by itself, as to be asked would delay it. A key
 * is held until then, as by a finger: what follows it at once waits for the browser's next picture, and when that comes
 * says nothing of the page. */
async function took(page, act) {
  await page.evaluate(() => {
    const timing = document.querySelector('#timing')
    let begun = false
    window.told = new Promise((resolve) => {
      const look = () => {
        const { atRest, took } = timing.dataset
        if (begun && atRest === 'true') resolve(Number(took))
        else begun ||= atRest === 'false'
      }
      new MutationObserver(look).observe(timing, { attributes: true })
    })
  })
  await act()
  return page.evaluate(() => window.told)
}

export default async function (browser, address) {
  const figures = []
  let longest = 0
  for (const count of [10_000, 100_000]) {
    const page = await open(browser, address)
    await drop(page, 'images.json', images(count))
    const policy = (head) => JSON.stringify({ rules: rules.map((rule, at) => ({ ...rule, selection: { ...rule.selection, tagPatternList: [`${head}${at}-*`] } })) }, null, 2)
    const anew = []
    for (let time = 0; time < 20; time++) {
      await page.evaluate((text) => navigator.clipboard.writeText(text), policy(time % 2 === 0 ? 't' : 's'))
      await editor(page).focus()
      await page.keyboard.press('Control+A')
      await page.keyboard.down('Control')
      anew.push(await took(page, () => page.keyboard.down('V')))
      await page.keyboard.up('V')
      await page.keyboard.up('Control')
    }
    // To the end of the last `"countNumber": 149`.
    await page.keyboard.press('Control+End')
    for (let line = 0; line < 7; line++) await page.keyboard.press('ArrowUp')
    await page.keyboard.press('End')
    const one = []
    for (let stroke = 0; stroke < KEYSTROKES; stroke++) {
      let waited = 0
      const key = stroke % 2 === 0 ? '1' : 'Backspace'
      const press = async () => {
        const start = performance.now()
        await page.keyboard.down(key)
        waited = performance.now() - start
      }
      one.push(await took(page, press))
      await page.keyboard.up(key)
      longest = Math.max(longest, waited)
    }
    figures.push(median(one), median(anew))
    await page.context().close()
  }
  return [...figures, longest].map((figure) => Math.round(figure * 10) / 10)
}
