import { createHash, type Hash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { messageOf, WorkerFailure } from '../failure.ts'
import { areUnchanged, type KnownDigest, sameFiles } from '../file-stamp.ts'
import type { Digested } from '../protocol.ts'
import type { ExternalFile, ModelFile, OnProgress } from '../read-model.ts'
import { cutShort, withRegularFile } from '../regular-file.ts'

const chunkBytes = 2 ** 22

/**
 * SHA-256, hex, of the model file followed by its external data files in the order of their names.
 *
 * @param known taken over, and nothing is hashed, where it is of the same files.
 * @throws WorkerFailure `model-unreadable`.
 */
export async function digestOf(
  { bytes, external, place }: ModelFile,
  known: KnownDigest | undefined,
  onProgress: OnProgress,
): Promise<Digested> {
  if (place !== undefined && known !== undefined && sameFiles(place.files, known.files)) {
    for (const { name, stamp } of external) {
      onProgress({ status: 'initiate', file: name })
      onProgress({ status: 'progress', file: name, loaded: stamp.size, total: stamp.size, progress: 100 })
      onProgress({ status: 'done', file: name })
    }
    return known
  }
  const hash = createHash('sha256').update(bytes)
  for (const file of external) await hashFile(hash, file, onProgress)
  const still = place !== undefined && (await areUnchanged(place.folder, place.files))
  return { digest: hash.digest('hex'), ...(still && { files: place.files }) }
}

async function hashFile(hash: Hash, { name, path }: ExternalFile, onProgress: OnProgress): Promise<void> {
  onProgress({ status: 'initiate', file: name })
  await withRegularFile(path, (handle, total) =>
    hashChunks(hash, handle, total, (loaded) =>
      onProgress({ status: 'progress', file: name, loaded, total, progress: (100 * loaded) / total }),
    ),
  ).catch((error: unknown) => {
    const message = `${name} cannot be read: ${messageOf(error)}; restore the weights beside the model`
    throw new WorkerFailure('model-unreadable', name, message)
  })
  onProgress({ status: 'done', file: name })
}

/** One chunk is read while the one before is hashed. */
async function hashChunks(
  hash: Hash,
  handle: FileHandle,
  total: number,
  onLoaded: (loaded: number) => void,
): Promise<void> {
  let [current, next] = [Buffer.allocUnsafe(chunkBytes), Buffer.allocUnsafe(chunkBytes)]
  const read = (chunk: Buffer, at: number): ReturnType<typeof handle.read> =>
    handle.read(chunk, 0, Math.min(chunkBytes, total - at), at)
  let reading = total > 0 ? read(current, 0) : undefined
  for (let loaded = 0; reading !== undefined; ) {
    const { bytesRead } = await reading
    if (bytesRead === 0) throw cutShort(loaded, total)
    loaded += bytesRead
    reading = loaded < total ? read(next, loaded) : undefined
    hash.update(current.subarray(0, bytesRead))
    onLoaded(loaded)
    ;[current, next] = [next, current]
  }
}
