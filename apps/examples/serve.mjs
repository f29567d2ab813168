// Serves the examples: pages and node_modules from this folder, models from ../../models.
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
const models = fileURLToPath(new URL('../../models', import.meta.url))
const types = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
}

/** A server of `root`, with the headers that threads need. */
export function serve(root = here) {
  return createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, 'http://localhost').pathname))
    const asked = path.startsWith('/models/') ? join(models, path.slice(8)) : join(root, path)
    const file = asked.endsWith('/') ? join(asked, 'index.html') : asked
    const found = await stat(file).catch(() => undefined)
    const headers = {
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
      'Content-Type': types[extname(file)] ?? 'application/octet-stream',
    }
    if (!found?.isFile()) return response.writeHead(404, headers).end()
    const etag = `"${found.size}-${found.mtimeMs}"`
    response.writeHead(200, { ...headers, 'Content-Length': found.size, ETag: etag })
    if (request.method === 'HEAD') response.end()
    else createReadStream(file).pipe(response)
  })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const port = Number(process.env.PORT ?? 8080)
  serve().listen(port, () => process.stdout.write(`http://localhost:${port}/html/\n`))
}
