import { createHash, timingSafeEqual } from 'node:crypto'
import { invalidArgument } from '@fastflow/core'
import { checkText, shown } from '@fastflow/core/backend'

/** An API key, of which only the hash is known. */
export interface ApiKey {
  /** Who it belongs to, in logs; 1 to 64 letters, digits, dots, hyphens and underscores. */
  readonly id: string
  /** SHA-256 of the key, hex. Keys have to be random and long, e.g. 32 bytes: then a plain hash keeps them. */
  readonly sha256: string
}

/** @returns the id of the key that a header has, undefined for a wrong one. */
export type Recognize = (authorization: string | undefined) => string | undefined

/** Who asks where there are no keys. */
const ANYONE = 'anyone'

/** @throws FastFlowError `invalid-argument`. */
export function recognizer(keys: readonly ApiKey[] | undefined): Recognize {
  if (keys === undefined) return () => ANYONE
  const known = keys.map((key, k) => checkKey(key, `keys[${k}]`))
  return (authorization) => {
    const [, token] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? []
    const hash = createHash('sha256')
      .update(token ?? '')
      .digest()
    let found: string | undefined
    // All are compared, so that the time tells nothing of which one it was.
    for (const { id, sha256 } of known) if (timingSafeEqual(hash, sha256)) found = id
    return token === undefined ? undefined : found
  }
}

function checkKey(key: ApiKey, field: string): { readonly id: string; readonly sha256: Buffer } {
  const { id, sha256 } = key ?? {}
  if (typeof id !== 'string' || !/^[\w.-]{1,64}$/.test(id))
    throw invalidArgument(`${field}.id`, `${shown(id)} is no name; use letters, digits, dots, hyphens`)
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256))
    throw invalidArgument(`${field}.sha256`, 'is not the SHA-256 of a key in 64 small hex digits')
  return { id, sha256: Buffer.from(sha256, 'hex') }
}

/**
 * The keys of a file: a line each with the name and the SHA-256 of the key, a space between them; lines that begin with # and
 * empty ones are passed over.
 *
 * @throws FastFlowError `invalid-argument` naming the line.
 */
export function parseKeys(text: string): readonly ApiKey[] {
  checkText('text', text, 'the lines of a file of keys')
  const keys = text.split(/\r?\n/).flatMap((line, n) => {
    if (line.trim() === '' || line.startsWith('#')) return []
    const [id = '', sha256 = '', ...more] = line.trim().split(/\s+/)
    if (more.length > 0) throw invalidArgument(`keys line ${n + 1}`, 'has more than a name and a SHA-256')
    checkKey({ id, sha256 }, `keys line ${n + 1}`)
    return [{ id, sha256 }]
  })
  if (keys.length === 0) throw invalidArgument('keys', 'are none; write a line with a name and a SHA-256')
  return keys
}
