import { mkdir, rename, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { FastFlowError, invalidArgument } from '@fastflow/core'
import { sparingly, throwIfAborted } from '@fastflow/core/backend'
import type { Content } from './content/content.ts'
import { contentOf } from './content/content-of.ts'
import { mismatch, writing } from './errors.ts'
import { filesIn } from './manifest.ts'
import { checkName } from './names.ts'
import { type AddModelOptions, type AddProgress, checkAdd } from './options.ts'
import { PARTIAL } from './partial.ts'
import { type AddedModel, type ModelRecord, RECORD_FILE, readRecord, recordText } from './record.ts'
import { sourceOf } from './source.ts'

/**
 * Adds a model to a folder of models, whole or not at all: what comes in is checked against its digests, and takes its place when
 * all of it is there. Where a download was interrupted, the next call goes on. A model of the same source takes the place of the
 * one before; what is there already costs nothing.
 *
 * @param source a package of npm (`@fastflow/models-emoji`, in short `emoji`, with `@VERSION` where not the latest is wanted), an
 *   http(s) address of a tarball, of a manifest ({@link modelManifest}) or of the folder it is in, a folder or a tarball on disk.
 * @throws FastFlowError `model-not-found`, `model-unreadable`, `model-mismatch` naming the file, `output-unwritable`,
 *   `invalid-argument`, `aborted`.
 */
export async function addModel(source: string, options: AddModelOptions): Promise<AddedModel> {
  checkAdd(options)
  throwIfAborted(options.signal, 'adding a model')
  const root = resolve(options.folder)
  const content = await contentOf(await sourceOf(source, options.cwd ?? '.'), options)
  const name = checkName(options.name ?? content.name)
  const folder = join(root, name)
  const before = await recordBefore(folder, name, content)
  if (before !== undefined && before.digest === content.digest) return { name, folder, ...before }
  const partial = join(root, PARTIAL, name)
  const staged = join(partial, content.key)
  const digest = await writing(root, () => fill(staged, content, options))
  const record = { source: content.source, digest, bytes: await sizeOfModel(staged, content) }
  await writing(root, async () => {
    await writeFile(join(staged, RECORD_FILE), recordText(record))
    await takePlace(staged, folder)
    await rm(partial, { recursive: true, force: true })
  })
  return { name, folder, ...record }
}

/** What of the same source lies there already. @throws FastFlowError for anything else that does. */
async function recordBefore(
  folder: string,
  name: string,
  content: Content,
): Promise<ModelRecord | undefined> {
  const record = await readRecord(folder)
  if (record !== undefined && withoutVersion(record.source) === withoutVersion(content.source)) return record
  const is = record === undefined ? 'is there, and was not added' : `was added from ${record.source}`
  const there = await stat(folder).catch(() => undefined)
  if (there === undefined) return undefined
  throw invalidArgument('name', `${name} ${is}; give another name, or remove it first`)
}

function withoutVersion(source: string): string {
  return source.replace(/^(@[^@]+)@.*$/, '$1')
}

async function fill(staged: string, content: Content, options: AddModelOptions): Promise<string> {
  await mkdir(staged, { recursive: true })
  const { bsize, bavail } = await statfs(staged)
  const missing = (content.bytes ?? 0) - (await bytesIn(staged, await filesIn(staged)))
  if (missing > bsize * bavail) throw noRoom(staged, missing, bsize * bavail)
  const report = sparingly(
    (progress: AddProgress) => options.onProgress?.(progress),
    ({ loaded, total }) => loaded === total,
  )
  return content.fill(staged, { signal: options.signal, onProgress: report })
}

function noRoom(folder: string, bytes: number, free: number): FastFlowError {
  const [needed, there] = [bytes, free].map((size) => `${(size / 1e6).toFixed(1)} MB`)
  const message = `${folder}: the model takes ${needed} more and the disk has ${there} left; free space, or choose another folder`
  return new FastFlowError({ code: 'output-unwritable', field: folder, message })
}

/** Bytes of what came in. @throws FastFlowError `model-mismatch` where it is no model. */
async function sizeOfModel(folder: string, { source }: Content): Promise<number> {
  const files = await filesIn(folder)
  if (!files.some((file) => /(^|\/)model_index\.json$|\.onnx$/.test(file))) {
    await rm(folder, { recursive: true, force: true })
    throw mismatch('source', `source: ${source} holds no model: neither model_index.json nor an ONNX network`)
  }
  return bytesIn(folder, files)
}

async function bytesIn(folder: string, files: readonly string[]): Promise<number> {
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(folder, file))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** Moves a folder to its name; one that has it makes room first, and is gone when the new one is there. */
async function takePlace(staged: string, folder: string): Promise<void> {
  const aside = `${staged}.old`
  await rm(aside, { recursive: true, force: true })
  const replaces = await rename(folder, aside).then(
    () => true,
    () => false,
  )
  try {
    await rename(staged, folder)
  } catch (error) {
    if (replaces) await rename(aside, folder)
    throw error
  }
}
