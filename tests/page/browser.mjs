// Debian's Chromium with the page in it.
import { chromium } from 'playwright-core'

const SWITCHES = [
  '--no-sandbox',
  '--headless',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export const launch = () => chromium.launch({ executablePath: '/usr/bin/chromium', args: SWITCHES })

/** A page in a window of its own; what it complains of is kept. `module` changes the module's bytes on their way. */
export async function open(browser, address, { scheme = 'light', width = 1280, module } = {}) {
  const context = await browser.newContext({
    acceptDownloads: true,
    colorScheme: scheme,
    permissions: ['clipboard-read', 'clipboard-write'],
    // It asks for the module, too.
    serviceWorkers: module ? 'block' : 'allow',
    viewport: { width, height: 900 },
  })
  if (module) {
    await context.route('**/*.wasm', async (route) => {
      const response = await route.fetch()
      await route.fulfill({ response, body: module(await response.body()) })
    })
  }
  const page = await context.newPage()
  page.complaints = []
  page.on('console', (message) => message.type() === 'error' && page.complaints.push(message.text()))
  page.on('pageerror', (error) => page.complaints.push(error.message))
  await page.goto(address)
  await settled(page)
  return page
}

/** The page has played the policy that it shows. */
export async function settled(page) {
  await page.waitForSelector('footer [data-at-rest="true"]', { state: 'attached', timeout: 60_000 })
}

export const editor = (page) => page.getByLabel('Lifecycle policy', { exact: true })

/** The policy as it is written, without the hint that an empty editor shows. */
export const written = (page) => editor(page).evaluate((content) => content.cmTile?.view?.state.doc.toString() ?? content.innerText)

/** Puts another text in the place of the policy, as somebody who pastes it. */
export async function paste(page, text) {
  await page.evaluate((text) => navigator.clipboard.writeText(text), text)
  await editor(page).focus()
  await page.keyboard.press('Control+A')
  await page.keyboard.press('Control+V')
  await settled(page)
}

export async function chooseSample(page, id) {
  await page.getByLabel('Sample', { exact: true }).selectOption(id)
  await settled(page)
}

export const tab = (page, name) => page.getByRole('tab', { name: new RegExp(`^${name}`) })

/** The findings as the list below the editor has them. */
export const problems = (page) =>
  page.getByRole('list', { name: 'Findings' }).getByRole('listitem').evaluateAll((items) =>
    items.map((item) => ({
      severity: item.className.split(' ')[0],
      line: item.querySelector('.line').textContent,
      code: item.querySelector('a').textContent,
      message: item.querySelector('p').textContent,
    })),
  )

/** What is underlined in the editor. */
export const underlined = (page) => page.locator('.cm-lintRange').allTextContents()

/** The numbers above the timeline, by their names. */
export const figures = (page) =>
  page.locator('dl > div').evaluateAll((rows) =>
    Object.fromEntries(rows.map((row) => [row.querySelector('dt').textContent, row.querySelector('dd').firstChild.textContent])),
  )

/** How many verdicts are not certain. */
export const doubtful = (page) =>
  page.locator('dl .doubtful').evaluateAll((notes) => notes.reduce((sum, note) => sum + Number.parseInt(note.textContent.replace(',', ''), 10), 0))

/** The rows of the table that are there, the verdict, the name and the reason of each. */
export const rows = (page) =>
  page.locator('tr.row').evaluateAll((rows) =>
    rows.map((row) => ({
      verdict: row.cells[0].textContent,
      name: row.querySelector('.name').textContent.trim(),
      reason: row.querySelector('.reason').textContent,
      basis: row.querySelector('.basis').textContent,
    })),
  )

/** Drops a file on the page, where most do, on the editor: a text, or its bytes. */
export const drop = (page, name, content) => dropAll(page, { [name]: content })

/** Drops several at once. */
export async function dropAll(page, files) {
  await page.evaluate(
    (files) => {
      const transfer = new DataTransfer()
      for (const [name, content] of Object.entries(files)) {
        transfer.items.add(new File([typeof content === 'string' ? content : Uint8Array.from(content)], name, { type: 'application/json' }))
      }
      const place = document.querySelector('.editor').shadowRoot.querySelector('.cm-content')
      place.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true, composed: true }))
    },
    files,
  )
  await page.waitForTimeout(50)
  await settled(page)
}
