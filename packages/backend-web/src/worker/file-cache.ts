import { messageOf } from '../failure.ts'

/** A file kept in the browser's Cache Storage. */
export interface KeptFile {
  readonly response: Response
  /** What the server called this version of the file. */
  readonly validator: string
  /** SHA-256, hex, of the file when it was stored. */
  readonly digest: string
  remove(): Promise<void>
}

const NAME = 'fastflow-models-1'
const DIGEST = 'x-fastflow-sha256'
const VALIDATOR = 'x-fastflow-validator'

/** The kept copy of what lies at `url`; undefined where there is none, or no cache. */
export async function lookUp(url: string): Promise<KeptFile | undefined> {
  try {
    const cache = await globalThis.caches?.open(NAME)
    const response = await cache?.match(url)
    const digest = response?.headers.get(DIGEST)
    const validator = response?.headers.get(VALIDATOR)
    if (!cache || !response || !digest || !validator) return undefined
    return { response, digest, validator, remove: async () => void (await cache.delete(url)) }
  } catch {
    // A cache that cannot be opened is no reason not to run.
    return undefined
  }
}

/** Keeps a file. @returns why that was not possible, in words. */
export async function keep(
  url: string,
  bytes: Uint8Array,
  digest: string,
  from: Response,
): Promise<string | undefined> {
  const validator = validatorOf(from)
  if (validator === undefined)
    return 'the server sends neither ETag nor Last-Modified, so a newer version could not be told from this one'
  if (globalThis.caches === undefined)
    return 'browsers store files for pages over HTTPS or from localhost only'
  try {
    const cache = await caches.open(NAME)
    const headers = { 'content-length': String(bytes.length), [DIGEST]: digest, [VALIDATOR]: validator }
    await cache.put(url, new Response(bytes as BodyInit, { headers }))
    return undefined
  } catch (error) {
    return refusal(error)
  }
}

/** What tells one version of a file from the next. */
export function validatorOf({ headers }: Response): string | undefined {
  return headers.get('etag') ?? headers.get('last-modified') ?? undefined
}

async function refusal(error: unknown): Promise<string> {
  if (!(error instanceof Error && error.name === 'QuotaExceededError')) return messageOf(error)
  const megabytes = (bytes = 0): string => `${Math.round(bytes / 1e6)} MB`
  const { usage, quota } = await navigator.storage.estimate().catch((): StorageEstimate => ({}))
  return `the browser's storage for this page is full (${megabytes(usage)} of ${megabytes(quota)} used); clear site data or free disk space`
}
