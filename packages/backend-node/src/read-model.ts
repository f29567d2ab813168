import { createHash, type Hash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import type { LoadProgress } from '@fastflow/core'
import { externalDataLocations, staysInside } from '@fastflow/core/backend'
import { resolveInside } from './contained.ts'
import { errorCode, messageOf, WorkerFailure } from './failure.ts'
import { cutShort, readRegularFile, withRegularFile } from './regular-file.ts'

export interface ModelFile {
  readonly bytes: Uint8Array
  /** SHA-256, hex, of the model file followed by its external data files in the order of their names. */
  readonly digest: string
  /** Where external data lies; undefined when there is none. */
  readonly folder: string | undefined
}

type OnProgress = (progress: Omit<LoadProgress, 'name'>) => void

/** A model of more bytes than this cannot be a protobuf message. */
const maxModelBytes = 2 ** 31 - 1

/**
 * Reads a model and checks, before onnxruntime sees it, that all files it names lie in its own folder.
 *
 * @throws WorkerFailure `model-not-found`, `model-unreadable`.
 */
export async function readModel(
  source: string | Uint8Array,
  file: string,
  onProgress: OnProgress,
): Promise<ModelFile> {
  const hash = createHash('sha256')
  const bytes = typeof source === 'string' ? await readWhole(source, file, onProgress) : source
  hash.update(bytes)
  const locations = locationsIn(bytes, file)
  if (locations.length > 0 && typeof source !== 'string') {
    throw unreadable(file, `keeps weights in ${locations.join(', ')}; load it by path instead of as bytes`)
  }
  const folder = typeof source === 'string' ? dirname(source) : ''
  const parts: string[] = []
  for (const location of locations) parts.push(await locate(folder, location, file))
  for (const [index, part] of parts.entries())
    await hashFile(hash, part, locations[index] ?? part, onProgress)
  return { bytes, digest: hash.digest('hex'), folder: locations.length > 0 ? folder : undefined }
}

async function readWhole(path: string, file: string, onProgress: OnProgress): Promise<Uint8Array> {
  onProgress({ status: 'initiate', file })
  const bytes = await readRegularFile(path, maxModelBytes).catch(async (error: unknown) => {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR')
      throw new WorkerFailure('model-not-found', file, await missing(path, file))
    const remedy = 'give the path of an .onnx file, with external data where it is larger than 2 GiB'
    throw unreadable(file, `cannot be read: ${messageOf(error)}; ${remedy}`)
  })
  onProgress({ status: 'progress', file, loaded: bytes.length, total: bytes.length, progress: 100 })
  onProgress({ status: 'done', file })
  return bytes
}

async function missing(path: string, file: string): Promise<string> {
  const names = await readdir(dirname(path)).catch(() => undefined)
  if (names === undefined) return `${file}: there is no such file, nor the folder ${dirname(path)}`
  const models = names.filter((name) => name.endsWith('.onnx')).sort()
  return `${file}: there is no file ${basename(path)}; ${dirname(path)} has ${models.join(', ') || 'no .onnx files'}`
}

function locationsIn(bytes: Uint8Array, file: string): string[] {
  if (bytes.length === 0) throw unreadable(file, 'is empty')
  try {
    return externalDataLocations(bytes)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const why = `is no ONNX model, or a damaged one (${error.message})`
    throw unreadable(file, `${why}; download or export it again, and check that Git LFS fetched it`)
  }
}

async function locate(folder: string, location: string, file: string): Promise<string> {
  const refusal = unreadable(
    file,
    `wants weights from ${location}, outside its own folder; refused. Put the weights next to the model`,
  )
  // The second is onnxruntime's way to say "at this address in memory", which no file may ask for.
  if (!staysInside(location) || location.includes('_MEM_ADDR_')) throw refusal
  try {
    const path = await resolveInside(folder, location)
    if (path !== undefined) return path
  } catch (error) {
    const message = `${file}: its weights file ${location} is missing or unreadable (${messageOf(error)})`
    throw new WorkerFailure('model-not-found', location, message)
  }
  throw refusal
}

async function hashFile(hash: Hash, path: string, file: string, onProgress: OnProgress): Promise<void> {
  onProgress({ status: 'initiate', file })
  await withRegularFile(path, async (handle, total) => {
    const chunk = Buffer.allocUnsafe(2 ** 22)
    for (let loaded = 0; loaded < total; ) {
      const { bytesRead } = await handle.read(chunk, 0, Math.min(chunk.length, total - loaded), loaded)
      if (bytesRead === 0) throw cutShort(loaded, total)
      hash.update(chunk.subarray(0, bytesRead))
      loaded += bytesRead
      onProgress({ status: 'progress', file, loaded, total, progress: (100 * loaded) / total })
    }
  }).catch((error: unknown) => {
    throw unreadable(file, `cannot be read: ${messageOf(error)}; restore the weights beside the model`)
  })
  onProgress({ status: 'done', file })
}

function unreadable(file: string, message: string): WorkerFailure {
  return new WorkerFailure('model-unreadable', file, `${file} ${message}`)
}
