import { externalDataLocations, staysInside } from '@fastflow/core/backend'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { WorkerFailure } from '../failure.ts'
import type { LoadRequest } from '../protocol.ts'
import { type FetchContext, type FetchedFile, fetchFile } from './fetch-file.ts'

export interface ModelFile {
  readonly bytes: Uint8Array
  /** External data files, by the names the model knows them by. */
  readonly external: readonly { readonly path: string; readonly data: Uint8Array }[]
  /** SHA-256, hex, of the model file followed by its external data files in the order of their names. */
  readonly digest: string
  /** Says that the runtime took it: its files may be kept in the browser's cache. */
  keep(): Promise<void>
  /** Says that it did not: kept copies go. */
  discard(): Promise<void>
}

/**
 * Reads a model and checks, before onnxruntime sees it, that all files it names lie beside it.
 *
 * @throws WorkerFailure `model-not-found`, `model-unreadable`, `aborted`.
 */
export async function readModel({ source, file }: LoadRequest, context: FetchContext): Promise<ModelFile> {
  const hash = sha256.create()
  const files: FetchedFile[] = []
  const read = async (url: string, name: string): Promise<Uint8Array> => {
    const fetched = await fetchFile(url, name, context)
    files.push(fetched)
    return fetched.bytes
  }
  const discard = async (): Promise<void> => {
    for (const one of files) await one.discard()
  }
  const bytes = typeof source === 'string' ? await read(source, file) : source
  hash.update(bytes)
  const locations = await checkedLocations(bytes, source, file).catch(async (error: unknown) => {
    await discard()
    throw error
  })
  const external: { path: string; data: Uint8Array }[] = []
  for (const path of locations) {
    const data = await read(beside(String(source), path), path)
    hash.update(data)
    external.push({ path, data })
  }
  const keep = async (): Promise<void> => {
    for (const one of files) await one.keep()
  }
  return { bytes, external, digest: bytesToHex(hash.digest()), keep, discard }
}

/** Where a model keeps weights: in files beside it, all of which can be fetched. */
async function checkedLocations(
  bytes: Uint8Array,
  source: string | Uint8Array,
  file: string,
): Promise<readonly string[]> {
  const locations = locationsIn(bytes, file)
  if (locations.length > 0 && typeof source !== 'string')
    throw unreadable(file, `keeps weights in ${locations.join(', ')}; load it by its URL instead of as bytes`)
  const outside = locations.find((path) => !staysInside(path) || path.includes('_MEM_ADDR_'))
  if (outside === undefined) return locations
  const why = `wants weights from ${outside}, outside its own folder; refused`
  throw unreadable(file, `${why}. Put the weights next to the model`)
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
