import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { FastFlowError } from '@fastflow/core'
import { throwIfAborted } from '@fastflow/core/backend'
import { type Digest, digestOfFile, digestText } from '../digest.ts'
import { isSystemError, mismatch, notFound } from '../errors.ts'
import { reasonOf, refusedBy, request } from './http.ts'
import { withoutSecrets } from './without-secrets.ts'

/** A file of the web. */
export interface Wanted {
  readonly url: URL
  /** What errors call it. */
  readonly file: string
  readonly bytes?: number
  readonly digest?: Digest
}

export interface DownloadOptions {
  readonly signal?: AbortSignal | undefined
  /** Gets the bytes that are there, and those of the whole where they are known. */
  readonly onBytes: (loaded: number, total: number | undefined) => void
}

/** A connection that breaks off is taken up again so often, as long as each brings something. */
const MOST_TRIES = 5

/**
 * Downloads a file to `path`. What is there of it from before, under `path.part`, is not asked for again: the same content is
 * known by its digest, or by the tag that the server gave it. What is not the wanted content is removed.
 *
 * @throws FastFlowError `model-not-found`, `model-mismatch` naming the file, `aborted`; the file system's own errors.
 */
export async function download(wanted: Wanted, path: string, options: DownloadOptions): Promise<void> {
  if (await isThere(wanted, path, options)) return
  const part = `${path}.part`
  await mkdir(dirname(path), { recursive: true })
  for (let tries = 1; ; tries++) {
    const before = await sizeOf(part)
    try {
      await downloadRest(wanted, part, options)
      break
    } catch (cause) {
      throwIfAborted(options.signal, 'adding a model', 'add it again to go on where it stopped')
      if (FastFlowError.isInstance(cause) || isSystemError(cause)) throw cause
      const shown = withoutSecrets(wanted.url)
      if (tries === MOST_TRIES || (await sizeOf(part)) <= before)
        throw notFound(
          shown,
          `${shown} broke off (${reasonOf(cause)}); add the model again to go on where it stopped`,
          cause,
        )
    }
  }
  await check(wanted, part, options.signal)
  await rename(part, path)
  await rm(tagOf(part), { force: true })
}

/** What an earlier call has finished is used again, and what was changed since is not. */
async function isThere(
  { digest }: Wanted,
  path: string,
  { signal, onBytes }: DownloadOptions,
): Promise<boolean> {
  const bytes = await sizeOf(path)
  if (bytes === 0 || digest === undefined) return false
  if ((await digestOfFile(path, digest.algorithm, signal)).hex !== digest.hex) return false
  onBytes(bytes, bytes)
  return true
}

async function downloadRest(
  wanted: Wanted,
  part: string,
  { signal, onBytes }: DownloadOptions,
): Promise<void> {
  const tag = await readFile(tagOf(part), 'utf8').catch(() => undefined)
  const there = wanted.digest || tag ? await sizeOf(part) : 0
  if (there > 0 && there === wanted.bytes) return
  const range = there > 0 ? { range: `bytes=${there}-`, ...(tag && { 'if-range': tag }) } : {}
  const response = await request(wanted.url, range, signal)
  const [, from, whole] =
    /^bytes (?:(\d+)-\d+|\*)\/(\d+)/.exec(response.headers.get('content-range') ?? '') ?? []
  const goesOn = response.status === 206 && Number(from) === there
  if (!goesOn && response.status !== 200) {
    await response.body?.cancel()
    if (response.status === 416 && Number(whole) === there) return
    await rm(part, { force: true })
    // The server has another file now, or knows no such range: all of it is asked for.
    if (there > 0 && [206, 416].includes(response.status))
      return downloadRest(wanted, part, { signal, onBytes })
    throw refusedBy(wanted.url, response)
  }
  const strong = response.headers.get('etag') ?? ''
  if (!goesOn && strong.startsWith('"')) await writeFile(tagOf(part), strong)
  const length = Number(response.headers.get('content-length') ?? Number.NaN)
  const start = goesOn ? there : 0
  const total = wanted.bytes ?? (Number.isNaN(length) ? undefined : start + length)
  let loaded = start
  // No stream of files: it would lose what it holds when the connection breaks off.
  const file = await open(part, goesOn ? 'a' : 'w')
  try {
    for await (const chunk of response.body ?? []) {
      loaded += chunk.length
      if (loaded > (wanted.bytes ?? Number.POSITIVE_INFINITY)) throw tooLarge(wanted)
      await file.writeFile(chunk)
      onBytes(loaded, total)
    }
    await file.sync()
  } finally {
    await file.close()
  }
}

async function check(
  { url, file, bytes, digest }: Wanted,
  part: string,
  signal?: AbortSignal,
): Promise<void> {
  const found = await sizeOf(part)
  const problems: string[] = []
  if (bytes !== undefined && found !== bytes) problems.push(`has ${found} bytes, not ${bytes}`)
  if (digest !== undefined) {
    const own = await digestOfFile(part, digest.algorithm, signal)
    if (own.hex !== digest.hex) problems.push(`is ${digestText(own)}, not ${digestText(digest)}`)
  }
  if (problems.length === 0) return
  await rm(part, { force: true })
  await rm(tagOf(part), { force: true })
  throw mismatch(
    file,
    `${file} of ${withoutSecrets(url)} ${problems.join(' and ')}; it was dropped: add the model again, or ask who offers it`,
  )
}

function tooLarge({ file, url, bytes }: Wanted): FastFlowError {
  return mismatch(
    file,
    `${file} of ${withoutSecrets(url)} has more than its ${bytes} bytes; ask who offers it`,
  )
}

/** Where the server's tag of what is partly there is kept. */
function tagOf(part: string): string {
  return `${part}.etag`
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0
}
