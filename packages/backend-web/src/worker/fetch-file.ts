import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { messageOf, WorkerFailure } from '../failure.ts'
import { isMissing, notFound } from '../http.ts'
import type { OnNotice } from '../notice.ts'
import type { Progress } from '../protocol.ts'
import { type KeptFile, keep, lookUp, validatorOf } from './file-cache.ts'

export interface FetchContext {
  readonly cache: boolean
  readonly signal: AbortSignal
  readonly onProgress: (progress: Progress) => void
  readonly onNotice: OnNotice
}

/** A file, and what becomes of the copy in the browser's cache. */
export interface FetchedFile {
  readonly bytes: Uint8Array
  /** Says that the file is what it should be: from now on it may be kept. */
  keep(): Promise<void>
  /** Says that it is not: a copy that is kept is one no more. */
  discard(): Promise<void>
}

/** Progress is reported at most this often, in milliseconds. */
const INTERVAL = 100

/**
 * A file, from the cache where the server still has the same one, else from the network.
 *
 * What comes from the network is kept only once `keep` is called: a file that is cut short on the server has a length, an
 * ETag and a digest like any other, and only loading it shows what it is.
 *
 * @throws WorkerFailure `model-not-found`, `model-unreadable`, `aborted`.
 */
export async function fetchFile(url: string, file: string, context: FetchContext): Promise<FetchedFile> {
  const { onProgress } = context
  onProgress({ status: 'initiate', file })
  try {
    const fetched =
      (context.cache && (await fromCache(url, file, context))) || (await fromServer(url, file, context))
    const { length } = fetched.bytes
    onProgress({ status: 'progress', file, loaded: length, total: length, progress: 100 })
    onProgress({ status: 'done', file })
    return fetched
  } catch (error) {
    if (context.signal.aborted) throw new WorkerFailure('aborted', file, `loading ${file} was cancelled`)
    throw error
  }
}

/** The kept copy, unless the server has another one by now or the copy is damaged. */
async function fromCache(url: string, file: string, context: FetchContext): Promise<FetchedFile | undefined> {
  const kept = await lookUp(url)
  if (kept === undefined || !(await isCurrent(url, kept, context.signal))) return undefined
  const bytes = await readBody(kept.response, file, context)
  if (bytesToHex(sha256(bytes)) === kept.digest)
    return { bytes, keep: async () => {}, discard: () => kept.remove() }
  await kept.remove()
  return undefined
}

/** Asks the server, briefly; one that cannot be reached does not make the copy useless. */
async function isCurrent(url: string, kept: KeptFile, signal: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(url, { method: 'HEAD', cache: 'no-cache', signal })
    return response.ok && validatorOf(response) === kept.validator && hasLength(response, kept)
  } catch {
    return !signal.aborted
  }
}

/** Servers that name versions by date may give a file that was cut short the name of the whole one. */
function hasLength(response: Response, kept: KeptFile): boolean {
  const declared = declaredLength(response)
  return declared === undefined || declared === declaredLength(kept.response)
}

/** Bytes of a file; undefined where the server does not say, or says how many they are when compressed. */
function declaredLength({ headers }: Response): number | undefined {
  const length = headers.get('content-length')
  return length === null || headers.has('content-encoding') ? undefined : Number(length)
}

async function fromServer(url: string, file: string, context: FetchContext): Promise<FetchedFile> {
  const { cache, signal, onNotice } = context
  const response = await fetch(url, { signal }).catch((error: unknown) => {
    const message = `${file} cannot be fetched from ${url} (${messageOf(error)}); are you online, and does the server allow this page to read it?`
    throw new WorkerFailure('model-unreadable', file, message)
  })
  if (isMissing(url, response))
    throw new WorkerFailure('model-not-found', file, notFound(url, file, response))
  if (!response.ok) {
    const message = `${file} cannot be fetched: ${url} answers ${response.status} ${response.statusText}`
    throw new WorkerFailure('model-unreadable', file, message)
  }
  const bytes = await readBody(response, file, context)
  return {
    bytes,
    async keep() {
      if (!cache) return
      const problem = await keep(url, bytes, bytesToHex(sha256(bytes)), response)
      if (problem === undefined) return
      const message = `${file} is not kept in the browser and will be downloaded again next time: ${problem}`
      onNotice({ kind: 'uncached', message })
    },
    // Another copy may be there, of the same version by its name.
    discard: async () => void (cache && (await (await lookUp(url))?.remove())),
  }
}

/** Reads a body piece by piece. */
async function readBody(response: Response, file: string, context: FetchContext): Promise<Uint8Array> {
  const declared = declaredLength(response) ?? 0
  const chunks: Uint8Array[] = []
  let loaded = 0
  let reported = 0
  const report = (): void => {
    if (performance.now() - reported < INTERVAL) return
    reported = performance.now()
    const known = declared >= loaded && declared > 0
    context.onProgress({
      status: 'progress',
      file,
      loaded,
      ...(known && { total: declared, progress: (100 * loaded) / declared }),
    })
  }
  const short = (why: string): WorkerFailure => {
    const size = declared > 0 ? `${loaded} of ${declared}` : `${loaded}`
    const message = `${file} ended early, after ${size} bytes${why}; load it again, and upload it again if that does not help`
    return new WorkerFailure('model-unreadable', file, message)
  }
  const reader = response.body?.getReader()
  try {
    for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
      chunks.push(part.value)
      loaded += part.value.length
      report()
    }
  } catch (error) {
    throw short(` (${messageOf(error)})`)
  }
  if (loaded < declared) throw short('')
  return join(chunks, loaded)
}

function join(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}
