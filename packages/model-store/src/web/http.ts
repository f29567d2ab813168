import { FastFlowError } from '@fastflow/core'
import { throwIfAborted } from '@fastflow/core/backend'
import { notFound } from '../errors.ts'
import { withoutSecrets } from './without-secrets.ts'

/** Bytes of a manifest, or of what a registry says of a package. */
const MOST_TEXT = 64 * 2 ** 20

/**
 * Asks for an address, redirects followed. The body comes as it is stored: what is compressed on the way has no ranges.
 *
 * @throws FastFlowError `model-not-found` naming the address, `aborted`.
 */
export async function request(
  url: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const shown = withoutSecrets(url)
  try {
    const response = await fetch(url, {
      headers: { 'accept-encoding': 'identity', ...headers },
      ...(signal && { signal }),
    })
    if (url.protocol === 'https:' && response.url.startsWith('http:')) {
      await response.body?.cancel()
      throw notFound(
        shown,
        `${shown} leads to ${response.url}, which is not encrypted; give that address if you trust it`,
      )
    }
    return response
  } catch (cause) {
    throwIfAborted(signal, 'adding a model')
    if (FastFlowError.isInstance(cause)) throw cause
    throw notFound(
      shown,
      `${shown} cannot be reached (${reasonOf(cause)}); check the address and the network`,
      cause,
    )
  }
}

/** The error for an answer that brings nothing. */
export function refusedBy(url: URL, { status, statusText }: Response): FastFlowError {
  const shown = withoutSecrets(url)
  return notFound(shown, `${shown} answers ${`${status} ${statusText}`.trim()}; check the address`)
}

/** A small document. @throws FastFlowError `model-not-found`, `aborted`. */
export async function requestText(
  url: URL,
  accept: string,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const response = await request(url, { accept }, signal)
  if (!response.ok) {
    await response.body?.cancel()
    throw refusedBy(url, response)
  }
  const shown = withoutSecrets(url)
  const parts: Uint8Array[] = []
  let bytes = 0
  try {
    for await (const part of response.body ?? []) {
      parts.push(part)
      bytes += part.length
      if (bytes > MOST_TEXT) throw notFound(shown, `${shown} is larger than a manifest; check the address`)
    }
  } catch (cause) {
    throwIfAborted(signal, 'adding a model')
    if (FastFlowError.isInstance(cause)) throw cause
    throw notFound(shown, `${shown} broke off (${reasonOf(cause)}); try again`, cause)
  }
  return new Uint8Array(Buffer.concat(parts))
}

/** Why a connection failed: fetch hides it in the cause. */
export function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  return cause.cause instanceof Error ? cause.cause.message : cause.message
}
