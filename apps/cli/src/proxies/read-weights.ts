import { join } from 'node:path'
import { readRegularFile } from '@fastflow/backend-node'
import { FastFlowError, invalidArgument } from '@fastflow/core'
import type { LpipsNet } from '@fastflow/proxies'
import { isFolder, pathAt } from '../files.ts'
import type { Io } from '../io.ts'
import { whyUnread } from '../read-text.ts'

/** Above the largest weights of LPIPS (vgg, 59 MB). */
const MAX_BYTES = 200_000_000

/** Bytes of a local file. @throws FastFlowError `model-not-found` naming the option. */
export async function readLocal(path: string, option: string): Promise<Uint8Array> {
  return readRegularFile(path, MAX_BYTES).catch((cause: unknown) => {
    const message = `${option}: ${path} cannot be read (${whyUnread(cause)}); give the path of an existing file`
    throw new FastFlowError({ code: 'model-not-found', field: option, message, cause })
  })
}

/**
 * The weights of one LPIPS network from a folder, a file, or an http(s) address of either.
 *
 * @throws FastFlowError `model-not-found`, `invalid-argument` naming `--from`.
 */
export async function readWeights(io: Io, from: string, net: LpipsNet): Promise<Uint8Array> {
  const file = `lpips_${net}_v0.1.safetensors`
  if (/^https?:\/\//.test(from)) {
    const url = new URL(from)
    if (!url.pathname.endsWith('.safetensors')) url.pathname = `${url.pathname.replace(/\/$/, '')}/${file}`
    return download(io, url)
  }
  if (/^(?!file:)\w+:\/\//i.test(from))
    throw invalidArgument('--from', `${from} is neither a path nor http(s)`)
  const path = pathAt(io, from, '--from')
  return readLocal((await isFolder(path)) ? join(path, file) : path, '--from')
}

async function download(io: Io, url: URL): Promise<Uint8Array> {
  const failed = (problem: string, cause?: unknown): FastFlowError => {
    const message = `--from: ${url.href} ${problem}; check the address, or give a folder`
    return new FastFlowError({ code: 'model-not-found', field: '--from', message, cause })
  }
  io.log(`downloading ${url.href}`)
  try {
    const response = await fetch(url, { signal: io.signal })
    if (!response.ok) throw failed(`answers ${response.status} ${response.statusText}`)
    const parts: Uint8Array[] = []
    let length = 0
    for await (const part of response.body ?? []) {
      parts.push(part)
      length += part.length
      if (length > MAX_BYTES) throw failed(`is larger than ${MAX_BYTES / 1e6} MB`)
    }
    return new Uint8Array(Buffer.concat(parts))
  } catch (cause) {
    if (io.signal.aborted || FastFlowError.isInstance(cause)) throw cause
    const reason =
      cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause)
    throw failed(`cannot be reached (${reason})`, cause)
  }
}
