import { isRecord } from '@fastflow/core'
import type { FileStamp, KnownDigest } from './file-stamp.ts'

// Apart from `file-stamp.ts`: worker threads need stamps alone, and starting one takes twice as long where it loads all of the core.

/** True for a digest and stamps of files that nobody vouches for. */
export function isKnownDigest(value: unknown): value is KnownDigest {
  if (!isRecord(value) || typeof value.digest !== 'string' || !/^[0-9a-f]{64}$/.test(value.digest))
    return false
  return Array.isArray(value.files) && value.files.length > 0 && value.files.every(isStamp)
}

/** True for what `stampOf` could have said. */
export function isStamp(value: unknown): value is FileStamp {
  if (!isRecord(value) || typeof value.name !== 'string' || typeof value.mark !== 'string') return false
  return typeof value.size === 'number' && Number.isSafeInteger(value.size) && value.size >= 0
}
