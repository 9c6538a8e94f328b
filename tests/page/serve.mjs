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

/** Gives the page's address and the way to end. */
export async function serve(folder) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://page')
    const name = normalize(decodeURIComponent(pathname))
    const file = name.startsWith(PATH) ? join(folder, name.slice(PATH.length), name.endsWith('/') ? 'index.html' : '') : null
    try {
      const body = await readFile(file)
      response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(body)
    } catch {
      response.writeHead(404).end()
    }
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { address: `http://127.0.0.1:${server.address().port}${PATH}`, close: () => server.close() }
}
