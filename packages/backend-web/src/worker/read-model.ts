import { externalDataLocations, staysInside } from '@fastflow/core/backend'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { WorkerFailure } from '../failure.ts'
import type { LoadRequest } from '../protocol.ts'
import { type FetchContext, fetchFile } from './fetch-file.ts'

export interface ModelFile {
  readonly bytes: Uint8Array
  /** External data files, by the names the model knows them by. */
  readonly external: readonly { readonly path: string; readonly data: Uint8Array }[]
  /** SHA-256, hex, of the model file followed by its external data files in the order of their names. */
  readonly digest: string
}

/**
 * Reads a model and checks, before onnxruntime sees it, that all files it names lie beside it.
 *
 * @throws WorkerFailure `model-not-found`, `model-unreadable`, `aborted`.
 */
export async function readModel({ source, file }: LoadRequest, context: FetchContext): Promise<ModelFile> {
  const hash = sha256.create()
  const bytes = typeof source === 'string' ? await fetchFile(source, file, context) : source
  hash.update(bytes)
  const locations = locationsIn(bytes, file)
  if (locations.length > 0 && typeof source !== 'string')
    throw unreadable(file, `keeps weights in ${locations.join(', ')}; load it by its URL instead of as bytes`)
  const external: { path: string; data: Uint8Array }[] = []
  for (const path of locations) {
    if (!staysInside(path) || path.includes('_MEM_ADDR_'))
      throw unreadable(
        file,
        `wants weights from ${path}, outside its own folder; refused. Put the weights next to the model`,
      )
    const data = await fetchFile(beside(String(source), path), path, context)
    hash.update(data)
    external.push({ path, data })
  }
  return { bytes, external, digest: bytesToHex(hash.digest()) }
}

function beside(model: string, path: string): string {
  return new URL(path.split(/[\\/]/).map(encodeURIComponent).join('/'), model).href
}

function locationsIn(bytes: Uint8Array, file: string): string[] {
  if (bytes.length === 0) throw unreadable(file, 'is empty')
  try {
    return externalDataLocations(bytes)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const why = `is no ONNX model, or a damaged one (${error.message})`
    throw unreadable(file, `${why}; export or upload it again, and check that Git LFS fetched it`)
  }
}

function unreadable(file: string, message: string): WorkerFailure {
  return new WorkerFailure('model-unreadable', file, `${file} ${message}`)
}
