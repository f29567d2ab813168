/**
 * Keeps the app for offline use. What a build consists of is written in at build time; networks are kept by whoever
 * loads them.
 */
declare const self: ServiceWorkerGlobalScope

/** SHA-256 of files, as hexadecimal digits. */
type Digests = Readonly<Record<string, string>>

interface Precache {
  readonly version: string
  readonly files: Digests
  /** The runtime, by what it runs on. */
  readonly wasm: Digests
  readonly webgpu: Digests
}

const { version, files, ...runtimes } = '__PRECACHE__' as unknown as Precache
const CACHE = `fastflow-studio-${version}`

self.addEventListener('install', (event) => {
  const keep = async (): Promise<void> => {
    const cache = await caches.open(CACHE)
    await addMissing(cache, files)
    await self.skipWaiting()
  }
  event.waitUntil(keep())
})

self.addEventListener('activate', (event) => {
  const takeOver = async (): Promise<void> => {
    const old = (await caches.keys()).filter((name) => name.startsWith('fastflow-studio-') && name !== CACHE)
    await Promise.all(old.map((name) => caches.delete(name)))
    await self.clients.claim()
  }
  event.waitUntil(takeOver())
})

// The page says which runtime it needs: the first time it was fetched before there was a service worker. It hears
// whether that is kept.
self.addEventListener('message', (event) => {
  const wanted = runtimes[event.data as keyof typeof runtimes]
  if (!wanted) return
  const keep = caches.open(CACHE).then((cache) => addMissing(cache, wanted))
  event.waitUntil(
    keep.then(
      () => event.ports[0]?.postMessage(true),
      () => event.ports[0]?.postMessage(false),
    ),
  )
})

async function addMissing(cache: Cache, wanted: Digests): Promise<void> {
  await Promise.all(
    Object.entries(wanted).map(async ([file, digest]) => {
      if (!(await cache.match(file))) await cache.put(file, await intact(file, digest))
    }),
  )
}

/** A file as the build made it: what came cut off or as another file would be there for ever. */
async function intact(file: string, digest: string): Promise<Response> {
  const response = await fetch(file, { cache: 'no-cache' })
  if (!response.ok)
    throw new Error(`${file} is not kept for offline use: the server answered ${response.status}`)
  const hash = await crypto.subtle.digest('SHA-256', await response.clone().arrayBuffer())
  const found = Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('')
  if (found !== digest) throw new Error(`${file} is not kept for offline use: it came damaged`)
  return response
}

self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (!['GET', 'HEAD'].includes(request.method) || url.origin !== location.origin) return
  if (url.pathname.endsWith('.onnx')) return
  event.respondWith(answer(request).then(isolated))
})

/** From the cache, else from the network. */
async function answer(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE)
  const wanted = request.mode === 'navigate' ? './index.html' : request.url
  const kept = await cache.match(wanted, { ignoreSearch: true })
  if (kept) return request.method === 'HEAD' ? new Response(null, kept) : kept
  return fetch(request).catch(() => unreachable(request))
}

/** Of a model's small files all are kept, so one that is not kept does not exist. */
function unreachable({ url }: Request): Response {
  if (new URL(url).pathname.includes('/models/')) return new Response(null, { status: 404 })
  return Response.error()
}

/** Hosts that cannot set headers get shared memory, and with it threads, all the same. */
function isolated(response: Response): Response {
  if (response.status === 0) return response
  const headers = new Headers(response.headers)
  headers.set('Cross-Origin-Opener-Policy', 'same-origin')
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp')
  const { status, statusText, body } = response
  return new Response(body, { status, statusText, headers })
}

export {}
