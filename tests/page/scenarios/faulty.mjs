// What the page is given that is no policy, or more than one: each by the id that the facts have for it, in a page of
// its own. After each, the page still answers.
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { deflateRawSync } from 'node:zlib'
import { drop, editor, open, paste, problems, tab, written } from '../browser.mjs'
import { trapped } from '../trapped.mjs'

const link = (shared) => `v1.${deflateRawSync(Buffer.from(JSON.stringify(shared)), { level: 9 }).toString('base64url')}`

const said = (page) => page.getByRole('alert').allInnerTexts()
const codes = async (page) => (await problems(page)).map(({ code }) => code)

/** What a link opens. */
async function opened(browser, address, fragment) {
  const page = await open(browser, `${address}#${fragment}`)
  return [page, { said: await said(page), policy: await written(page) }]
}

const CASES = {
  'web-permalink-bad-b64': (browser, address) => opened(browser, address, 'p=%%%'),
  'web-permalink-old': (browser, address) => opened(browser, address, 'v=0&p=..'),
  'web-permalink-xss': (browser, address) => opened(browser, address, 'p=<svg onload=alert(1)>'),
  // As much as a link may have, of a text that packs best.
  'web-permalink-bomb': (browser, address) => opened(browser, address, link({ policy: ' '.repeat(40_000_000) })),

  async 'web-permalink-8k'(browser, address) {
    const page = await open(browser, address)
    // What does not pack.
    const description = randomBytes(6_000).toString('hex')
    const policy = JSON.stringify({ rules: [{ rulePriority: 1, description, selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 9 }, action: { type: 'expire' } }] })
    await paste(page, policy)
    await tab(page, 'Share').click()
    const warning = await page.locator('.long').innerText()
    const links = await page.getByLabel('Link', { exact: true }).count()
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save as a file' }).click()])
    const file = await readFile(await download.path(), 'utf8')

    const other = await open(browser, address)
    await drop(other, 'view.json', file)
    const same = (await written(other)) === policy
    await other.context().close()
    return [page, { said: await said(page), warning, links, name: download.suggestedFilename(), same }]
  },

  async 'web-proto'(browser, address) {
    const page = await open(browser, address)
    const proto = '{"__proto__":{"x":1}}'
    await paste(page, proto)
    const found = await codes(page)
    await drop(page, 'images.json', `{"imageDetails": [], "__proto__": {"x": 1}}`)
    await drop(page, 'view.json', `{"ecranePlayground": 1, "policy": "{}", "__proto__": {"x": 1}}`)
    const changed = () => ({}).x !== undefined
    const everywhere = [page, ...page.workers()]
    return [page, { found, looked: everywhere.length, changed: await Promise.all(everywhere.map((realm) => realm.evaluate(changed))) }]
  },

  async 'web-paste-50mb'(browser, address) {
    const page = await open(browser, address)
    const before = await written(page)
    await page.evaluate(() => navigator.clipboard.writeText('{"rules": []}\n'.repeat(50_000_000 / 14)))
    await editor(page).focus()
    await page.keyboard.press('Control+A')
    const start = Date.now()
    await page.keyboard.press('Control+V')
    await page.getByRole('alert').waitFor()
    const live = await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => resolve(true))))
    return [page, { said: await said(page), live, milliseconds: Date.now() - start, kept: (await written(page)) === before }]
  },

  async 'web-file-binary'(browser, address) {
    const page = await open(browser, address)
    const before = await written(page)
    const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0x49, 0x48, 0x44, 0x52)
    await drop(page, 'logo.png', [...png])
    return [page, { said: await said(page), kept: (await written(page)) === before }]
  },

  async 'web-wasm-panic'(browser, address) {
    let loaded = 0
    const module = (bytes) => (loaded++ === 0 ? trapped(bytes, 'repository_play') : bytes)
    const page = await open(browser, address, { module })
    return [page, { said: await said(page) }, () => ({ loaded })]
  },
}

/** A policy that is there afterwards is answered, and takes the words away. */
async function next(page) {
  await paste(page, '{"rules": [{"rulePriority": 0}]}')
  return { said: await said(page), found: await codes(page) }
}

export default async function (browser, address) {
  const seen = {}
  const complaints = []
  const dialogs = []
  for (const [id, act] of Object.entries(CASES)) {
    const [page, its, after] = await act(browser, address)
    page.on('dialog', (dialog) => dialogs.push(dialog.message()))
    seen[id] = { ...its, next: await next(page), ...after?.() }
    complaints.push(...page.complaints)
    await page.context().close()
  }
  return { seen, dialogs, complaints }
}
