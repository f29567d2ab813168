import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'

/** What content has to have, or has. */
export interface Digest {
  readonly algorithm: 'sha256' | 'sha512'
  /** Lower case. */
  readonly hex: string
}

/** As records and messages have it: `sha256:` and hex digits. */
export function digestText({ algorithm, hex }: Digest): string {
  return `${algorithm}:${hex}`
}

export function digestOf(content: Uint8Array | string): Digest {
  return { algorithm: 'sha256', hex: createHash('sha256').update(content).digest('hex') }
}

export async function digestOfFile(
  path: string,
  algorithm: Digest['algorithm'],
  signal?: AbortSignal,
): Promise<Digest> {
  const hash = createHash(algorithm)
  await pipeline(createReadStream(path, { highWaterMark: 2 ** 20 }), hash, { ...(signal && { signal }) })
  return { algorithm, hex: hash.digest('hex') }
}

/** The SHA-512 of an `integrity` of npm, undefined where it has none. */
export function digestOfIntegrity(integrity: string): Digest | undefined {
  const base64 = /(?:^|\s)sha512-([A-Za-z0-9+/]{86}==)(?:\s|\?|$)/.exec(integrity)?.[1]
  if (base64 === undefined) return undefined
  return { algorithm: 'sha512', hex: Buffer.from(base64, 'base64').toString('hex') }
}
