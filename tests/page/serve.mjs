// The built page on loopback, below a path of its own, as a plain web server sends it.
import { createServer } from 'node:http'
import { readFile } from 'node:fs/promises'
import { extname, join, normalize } from 'node:path'

const TYPES = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
}

export const PATH = '/some/where/'

/** Gives the page's address and the way to end. Of other folders, there are the pages below other paths. A network that
 * is `stuck` takes requests and answers none. */
export async function serve(folder, others = {}) {
  const folders = { [PATH]: folder, ...others }
  const network = { stuck: false }
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://page')
    const name = normalize(decodeURIComponent(pathname))
    const path = Object.keys(folders).find((path) => name.startsWith(path))
    if (network.stuck) return
    try {
      const file = join(folders[path], name.slice(path.length), name.endsWith('/') ? 'index.html' : '')
      const body = await readFile(file)
      // As GitHub Pages has it.
      response.writeHead(200, { 'cache-control': 'max-age=600', 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(body)
    } catch {
      response.writeHead(404).end()
    }
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${server.address().port}`
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  return { origin, address: origin + PATH, network, close }
}
