import type { BlobStore } from '@fastflow/core'
import { newKey } from './blob-key.ts'

/** Files in memory, for tests and servers that keep nothing. */
export function memoryBlobs(): BlobStore {
  const blobs = new Map<string, { readonly bytes: Uint8Array; readonly until: number }>()
  return {
    version: 1,
    async put(bytes, type, keepSeconds) {
      for (const [key, { until }] of blobs) if (until <= Date.now()) blobs.delete(key)
      const key = newKey(type)
      blobs.set(key, { bytes: bytes.slice(), until: Date.now() + keepSeconds * 1000 })
      return key
    },
    async get(key) {
      const blob = blobs.get(key)
      return blob && blob.until > Date.now() ? blob.bytes : undefined
    },
    async remove(key) {
      blobs.delete(key)
    },
    async close() {
      blobs.clear()
    },
  }
}
