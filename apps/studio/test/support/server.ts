import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

export const dist: string = fileURLToPath(new URL('../../dist', import.meta.url))

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
}

/** How a file is served, other than as it is. */
export type Fault = 'missing' | 'truncated'

/** The build on a host of its own, some of whose files can be broken. */
export interface StudioServer {
  readonly url: string
  /** Faults by path, e.g. `models/emoji/transformer/model.onnx`. */
  readonly faults: Map<string, Fault>
  close(): Promise<void>
}

/** @param isolated whether the host sets the headers that give a page shared memory. */
export async function serveStudio({ isolated = true } = {}): Promise<StudioServer> {
  if (!existsSync(join(dist, 'index.html')))
    throw new Error(`${dist} is not built: run "pnpm --filter @fastflow/studio build" first`)
  const faults = new Map<string, Fault>()
  const server = createServer((request, response) => {
    const path =
      decodeURIComponent(new URL(request.url ?? '/', 'http://studio').pathname).slice(1) || 'index.html'
    const file = normalize(join(dist, path))
    const fault = faults.get(path)
    if (!file.startsWith(dist + sep) || !existsSync(file) || !statSync(file).isFile() || fault === 'missing')
      return void response.writeHead(404).end()
    const { size, mtimeMs } = statSync(file)
    const end = fault === 'truncated' ? Math.floor(size / 2) - 1 : size - 1
    response.writeHead(200, {
      'Content-Type': types[extname(file)] ?? 'application/octet-stream',
      'Content-Length': end + 1,
      ETag: `"${end}-${mtimeMs}"`,
      ...(isolated && {
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Cross-Origin-Embedder-Policy': 'require-corp',
      }),
    })
    if (request.method === 'HEAD') return void response.end()
    createReadStream(file, { end }).pipe(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    faults,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
