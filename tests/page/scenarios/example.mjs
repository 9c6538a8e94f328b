// The example of the module's own README, as a page.
export default async function (browser, address) {
  const page = await (await browser.newContext()).newPage()
  const complaints = []
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(address)
  await page.waitForFunction(() => document.body.textContent.trim() !== '' && !document.body.querySelector('script'))
  return { text: await page.locator('body').textContent(), complaints }
}
