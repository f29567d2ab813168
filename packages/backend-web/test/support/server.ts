import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'

// What the pages of the tests fetch: fixtures, models, and servers that misbehave.

const folders: Readonly<Record<string, string>> = {
  '/testkit/': fileURLToPath(new URL('../../../testkit/fixtures/', import.meta.url)),
  '/models/': fileURLToPath(new URL('../../../../models/', import.meta.url)),
  '/families/': fileURLToPath(new URL('../../../pipelines/test/fixtures/families/', import.meta.url)),
}

type Answer = (path: string, response: ServerResponse, headOnly: boolean) => Promise<void>

/** How often each file below `/counted/` was sent. */
const sent = new Map<string, number>()

/** Answers by how the address begins; what follows is the path of a fixture. */
const answers: Readonly<Record<string, Answer>> = {
  /** Another version at each request. */
  '/changing/': (path, response, head) =>
    sendFile(fixture(path), response, head, { etag: `"${performance.now()}"` }),
  '/unnamed/': (path, response, head) => sendFile(fixture(path), response, head, { etag: undefined }),
  '/counted/': (path, response, head) => {
    // The first part of the path only tells tests apart.
    if (!head) sent.set(path, (sent.get(path) ?? 0) + 1)
    return sendFile(fixture(path.replace(/^[^/]*\//, '')), response, head)
  },
  '/sent/': async (path, response) => {
    response.end(String(sent.get(path) ?? 0))
  },
  /** Sent by half the first time, under the name of the whole file, and whole from then on. */
  '/repaired/': async (path, response, head) => {
    const whole = sent.has(path)
    if (!head) sent.set(path, (sent.get(path) ?? 0) + 1)
    const { size } = await stat(fixture(path))
    const half = Math.floor(size / 2)
    response.writeHead(200, { 'content-length': whole ? size : half, etag: '"always the same"' })
    if (head) response.end()
    else createReadStream(fixture(path), whole ? {} : { end: half - 1 }).pipe(response)
  },
  /** The connection breaks in the middle. */
  '/short/': async (path, response) => {
    const { size } = await stat(fixture(path))
    response.writeHead(200, { 'content-length': size })
    createReadStream(fixture(path), { end: Math.floor(size / 2) }).on('data', (chunk) => {
      response.write(chunk, () => setTimeout(() => response.destroy(), 50))
    })
  },
  '/page/': async (_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' })
    response.end('<!doctype html><title>Everything is this page</title>')
  },
  /** Families as development servers of single-page apps serve them: what is not there is the page of the app. */
  '/single-page/': async (path, response, head) => {
    const file = join(folders['/families/']!, path)
    const isFile = (await stat(file).catch(() => undefined))?.isFile() ?? false
    return isFile ? sendFile(file, response, head) : answers['/page/']!(path, response, head)
  },
  /** An onnxruntime-web of before, whose sessions do not tell the types of their inputs. */
  '/old-runtime/': async (_, response) => {
    response.writeHead(200, { 'content-type': 'text/javascript' })
    response.end(`export const env = { versions: { web: '1.17.0' }, wasm: {} }
      export const InferenceSession = { create: async () => ({ inputNames: ['x'], outputNames: ['y'] }) }`)
  },
  '/failing/': async (_, response) => {
    response.writeHead(500)
    response.end()
  },
}

function fixture(path: string): string {
  return join(folders['/testkit/']!, path)
}

export function testServer(): Plugin {
  return {
    name: 'fastflow-test-server',
    configureServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        const { pathname } = new URL(request.url ?? '/', 'http://localhost')
        const head = request.method === 'HEAD'
        for (const [prefix, answer] of Object.entries({ ...answers, ...statics })) {
          if (!pathname.startsWith(prefix)) continue
          answer(decodeURIComponent(pathname.slice(prefix.length)), response, head).catch(next)
          return
        }
        next()
      })
    },
  }
}

const statics: Readonly<Record<string, Answer>> = Object.fromEntries(
  Object.entries(folders).map(([prefix, folder]) => [
    prefix,
    (path, response, head) => sendFile(join(folder, path), response, head),
  ]),
)

async function sendFile(
  path: string,
  response: ServerResponse,
  headOnly: boolean,
  headers: Readonly<Record<string, string | undefined>> = {},
): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) {
    response.writeHead(404)
    response.end()
    return
  }
  if (found.isDirectory()) {
    response.end()
    return
  }
  const all = { 'content-length': String(found.size), etag: `"${found.size}-${found.mtimeMs}"`, ...headers }
  for (const [name, value] of Object.entries(all)) if (value !== undefined) response.setHeader(name, value)
  if (headOnly) response.end()
  else createReadStream(path).pipe(response)
}
