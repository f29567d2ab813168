import { readdir } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import type { LoadProgress } from '@fastflow/core'
import { type ExternalData, externalDataOf, staysInside } from '@fastflow/core/backend'
import { resolveInside } from './contained.ts'
import { errorCode, messageOf, WorkerFailure } from './failure.ts'
import { type FileStamp, stampOf } from './file-stamp.ts'
import { NotAFile, readRegularFileInto } from './regular-file.ts'
import { returnableBytes } from './returnable.ts'

export interface ModelFile {
  /** Freed where onnxruntime reads the file itself. */
  readonly bytes: Uint8Array
  /** External data files, in the order of their names. */
  readonly external: readonly ExternalFile[]
  /** Undefined for bytes. */
  readonly place: ModelPlace | undefined
}

export interface ModelPlace {
  readonly path: string
  readonly folder: string
  /** The model file and its external data as they were before they were read. */
  readonly files: readonly FileStamp[]
}

export interface ExternalFile {
  /** As the model names it. */
  readonly name: string
  readonly path: string
  readonly stamp: FileStamp
}

export type OnProgress = (progress: Omit<LoadProgress, 'name'>) => void

/** A model of more bytes than this cannot be a protobuf message. */
const maxModelBytes = 2 ** 31 - 1

const restore = 'restore the weights beside the model'

/**
 * Reads a model and checks, before onnxruntime sees it, that all files it names lie in its own folder and are as long as it
 * says. External data is not read.
 *
 * @throws WorkerFailure `model-not-found`, `model-unreadable`.
 */
export async function readModel(
  source: string | Uint8Array,
  file: string,
  onProgress: OnProgress,
): Promise<ModelFile> {
  if (typeof source !== 'string') return readBytes(source, file)
  // Why it cannot be, reading it tells.
  const stamp = await stampOf(source, basename(source)).catch(() => undefined)
  const bytes = await readWhole(source, file, onProgress)
  const folder = dirname(source)
  const external: ExternalFile[] = []
  for (const data of externalDataIn(bytes, file)) external.push(await locate(folder, data, file))
  const place = stamp && { path: source, folder, files: [stamp, ...external.map((one) => one.stamp)] }
  return { bytes, external, place }
}

function readBytes(bytes: Uint8Array, file: string): ModelFile {
  const names = externalDataIn(bytes, file).map(({ location }) => location)
  if (names.length === 0) return { bytes, external: [], place: undefined }
  throw unreadable(file, `keeps weights in ${names.join(', ')}; load it by path instead of as bytes`)
}

async function readWhole(path: string, file: string, onProgress: OnProgress): Promise<Uint8Array> {
  onProgress({ status: 'initiate', file })
  const bytes = await readRegularFileInto(returnableBytes, path, maxModelBytes).catch(
    async (error: unknown) => {
      if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR')
        throw new WorkerFailure('model-not-found', file, await missing(path, file))
      const remedy = 'give the path of an .onnx file, with external data where it is larger than 2 GiB'
      throw unreadable(file, `cannot be read: ${messageOf(error)}; ${remedy}`)
    },
  )
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

function externalDataIn(bytes: Uint8Array, file: string): ExternalData[] {
  if (bytes.length === 0) throw unreadable(file, 'is empty')
  try {
    return externalDataOf(bytes)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const why = `is no ONNX model, or a damaged one (${error.message})`
    throw unreadable(file, `${why}; download or export it again, and check that Git LFS fetched it`)
  }
}

async function locate(folder: string, data: ExternalData, file: string): Promise<ExternalFile> {
  const { location, bytes } = data
  const refusal = unreadable(
    file,
    `wants weights from ${location}, outside its own folder; refused. Put the weights next to the model`,
  )
  // The second is onnxruntime's way to say "at this address in memory", which no file may ask for.
  if (!staysInside(location) || location.includes('_MEM_ADDR_')) throw refusal
  const found = await find(folder, location).catch((error: unknown) => {
    if (error instanceof NotAFile) throw unreadable(location, `cannot be read: ${error.message}; ${restore}`)
    const message = `${file}: its weights file ${location} is missing or unreadable (${messageOf(error)})`
    throw new WorkerFailure('model-not-found', location, message)
  })
  if (found === undefined) throw refusal
  const { size } = found.stamp
  if (size >= bytes) return found
  throw unreadable(location, `has ${size} of the ${bytes} bytes that ${file} reads from it; ${restore}`)
}

async function find(folder: string, name: string): Promise<ExternalFile | undefined> {
  const path = await resolveInside(folder, name)
  return path === undefined ? undefined : { name, path, stamp: await stampOf(path, name) }
}

function unreadable(file: string, message: string): WorkerFailure {
  return new WorkerFailure('model-unreadable', file, `${file} ${message}`)
}
