import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export const sha256 = (content: Uint8Array | string): string =>
  createHash('sha256').update(content).digest('hex')

/** What a path answers with: its content, or whatever the function does. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void
export type Route = string | Uint8Array | Answer

export interface Served {
  /** Without a slash at the end. */
  readonly url: string
  /** `GET path range`, in the order in which they came. */
  readonly asked: readonly string[]
}

/** A server on this machine that knows ranges, closed after the test. */
export async function serve(routes: Readonly<Record<string, Route>>): Promise<Served> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const { url = '', headers } = request
    asked.push([url, headers.range].filter(Boolean).join(' '))
    const route = routes[url]
    if (typeof route === 'function') return route(request, response)
    if (route === undefined) return void response.writeHead(404).end('nothing here')
    send(request, response, route)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

/** Answers as servers of files do: the part that a range asks for, where the tag is still right. */
export function send(
  { headers }: IncomingMessage,
  response: ServerResponse,
  content: Uint8Array | string,
): void {
  const bytes = Buffer.from(content)
  const etag = `"${sha256(bytes).slice(0, 8)}"`
  const from = Number(/bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0)
  const isPart = from > 0 && [undefined, etag].includes(headers['if-range'] as string | undefined)
  if (isPart && from >= bytes.length) {
    response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end()
    return
  }
  const part = isPart ? bytes.subarray(from) : bytes
  const range = { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` }
  response
    .writeHead(isPart ? 206 : 200, { etag, 'content-length': part.length, ...(isPart && range) })
    .end(part)
}

/** Sends the first bytes, and breaks off when it is told to: what a client has not read by then is lost. */
export function cut(content: Uint8Array, bytes: number): { readonly answer: Answer; breakOff(): void } {
  let open: ServerResponse | undefined
  return {
    answer(_, response) {
      open = response
      response.writeHead(200, { etag: `"${sha256(content).slice(0, 8)}"`, 'content-length': content.length })
      response.write(content.subarray(0, bytes))
    },
    breakOff: () => void open?.destroy(),
  }
}
