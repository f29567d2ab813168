import { basename, join } from 'node:path'
import {
  type AddedModel,
  type AddModelOptions,
  addedModels,
  addModel,
  modelManifest,
  removeModel,
} from '@fastflow/model-store'
import { addedFolder, needed } from '../cache.ts'
import { pathAt, prepareFolder, writeWhole } from '../files.ts'
import type { Io } from '../io.ts'
import { listModels } from '../models.ts'
import { createProgress } from '../progress.ts'

interface JsonOption {
  readonly json?: boolean
}

type Listed = Pick<AddedModel, 'name' | 'folder'> & Partial<AddedModel>

const megabytes = (bytes: number): number => Math.round(bytes / 1e5) / 10

/** Models that `--model` can name; those that were added with their source. */
export async function modelsListCommand(io: Io, { json }: JsonOption): Promise<void> {
  const added = await addedModels(needed(addedFolder(io)))
  const known = [...(await listModels(io))].map(([name, folder]) => ({ name, folder }))
  const others = known.filter(({ folder }) => !added.some((model) => model.folder === folder))
  const models: readonly Listed[] = [...added, ...others]
  if (json) return io.out(JSON.stringify({ models }, null, 2))
  for (const { name, folder, source, bytes } of models)
    io.out(`${name}: ${folder}${source ? ` (${megabytes(bytes ?? 0)} MB from ${source})` : ''}`)
}

/** Adds a model, which every command finds by its name then. */
export async function modelsAddCommand(
  io: Io,
  source: string,
  { json, ...options }: JsonOption & Pick<AddModelOptions, 'name' | 'sha256' | 'registry'>,
): Promise<void> {
  const folder = needed(addedFolder(io))
  await prepareFolder(folder, 'FASTFLOW_CACHE')
  const progress = createProgress(io, `adding ${source}`)
  const onProgress: AddModelOptions['onProgress'] = ({ file, loaded, total }) =>
    progress.update(megabytes(loaded), megabytes(total ?? 0), `MB ${file}`)
  const asked = { ...options, folder, cwd: io.cwd, signal: io.signal, onProgress }
  const model = await addModel(source, asked).finally(() => progress.end())
  if (json) return io.out(JSON.stringify(model, null, 2))
  io.out(`${model.name}: ${model.folder} (${megabytes(model.bytes)} MB, ${model.digest})`)
}

export async function modelsRemoveCommand(io: Io, name: string, { json }: JsonOption): Promise<void> {
  const removed = await removeModel(needed(addedFolder(io)), name)
  io.out(json ? JSON.stringify({ name, folder: removed?.folder ?? null }, null, 2) : `${name}: removed`)
}

/** What a server of files needs so that `add` takes a folder of it. */
export async function modelsManifestCommand(
  io: Io,
  folder: string,
  { name, json }: JsonOption & { readonly name?: string },
): Promise<void> {
  const path = pathAt(io, folder, 'FOLDER')
  const manifest = await modelManifest(path, name ?? basename(path))
  await writeWhole(join(path, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`, 'FOLDER')
  if (json) io.out(JSON.stringify(manifest, null, 2))
  else io.out(`${join(path, 'manifest.json')}: ${manifest.files.length} files`)
}
