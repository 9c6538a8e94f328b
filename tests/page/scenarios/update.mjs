// A new version is deployed where an old one is kept by the browser, beside another deployment on the same host.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { open, settled } from '../browser.mjs'
import { serve } from '../serve.mjs'

const OTHER = '/some/where-else/'

const caches = (page) => page.evaluate(() => caches.keys())

/** The page is kept by the browser. */
async function kept(page) {
  await page.evaluate(() => navigator.serviceWorker.ready)
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
}

async function deploy(folder, version) {
  const change = async (name, from, to) => writeFile(join(folder, name), (await readFile(join(folder, name), 'utf8')).replace(from, to))
  await change('index.html', /<title>.*<\/title>/, `<title>${version}</title>`)
  await change('sw.js', /const CACHE = .*/, `const CACHE = OWN + '${version}'`)
}

export default async function (browser, _, { folder }) {
  const home = await mkdtemp(join(tmpdir(), 'ecrane-page-'))
  const [own, other] = [join(home, 'own'), join(home, 'other')]
  await cp(folder, own, { recursive: true })
  await cp(folder, other, { recursive: true })
  await deploy(own, 'first')
  const { origin, address, network, close } = await serve(own, { [OTHER]: other })
  try {
    const page = await open(browser, address)
    await kept(page)
    await page.goto(origin + OTHER)
    await kept(page)
    await page.goto(address)
    await settled(page)
    const before = { title: await page.title(), caches: await caches(page) }

    await deploy(own, 'second')
    await page.reload()
    await settled(page)
    const reloaded = await page.title()
    let after = await caches(page)
    for (let turn = 0; turn < 100 && after.some((name) => name.endsWith(' first')); turn++) {
      await page.waitForTimeout(100)
      after = await caches(page)
    }

    network.stuck = true
    await page.reload()
    await settled(page)
    const stuck = await page.title()
    network.stuck = false

    await page.context().setOffline(true)
    await page.reload()
    await settled(page)
    const offline = await page.title()
    await page.goto(origin + OTHER)
    await settled(page)
    return { before, reloaded, after, stuck, offline, origin, complaints: page.complaints }
  } finally {
    close()
    await rm(home, { recursive: true })
  }
}
