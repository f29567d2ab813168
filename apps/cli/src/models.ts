import { readdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installedModel } from '@fastflow/backend-node'
import { FastFlowError } from '@fastflow/core'
import { addedModels } from '@fastflow/model-store'
import { addedFolder } from './cache.ts'
import { isFile, isFolder, pathAt } from './files.ts'
import type { Io } from './io.ts'

/** Models of ours that come as packages: they are looked for where the command runs, then beside it. */
const packaged = ['cifar10', 'emoji', 'emoji-clip', 'emoji-edit', 'emoji-motion', 'perceptual']

async function installed(io: Io, name: string): Promise<string | undefined> {
  const model = `@fastflow/models-${name}`
  return (await installedModel(model, io.cwd)) ?? installedModel(model, import.meta.dirname)
}

/**
 * Folders that hold model folders, nearest first: `FASTFLOW_MODELS`, `models/` here, the models that were added, those shipped
 * with FastFlow.
 */
async function modelRoots(io: Io): Promise<string[]> {
  const roots = [io.env.FASTFLOW_MODELS, join(io.cwd, 'models'), addedFolder(io)].filter(
    (root) => root !== undefined,
  )
  let folder = dirname(fileURLToPath(import.meta.url))
  while (dirname(folder) !== folder) {
    roots.push(join(folder, 'models'))
    folder = dirname(folder)
  }
  const found = await Promise.all(roots.map((root) => isFolder(root)))
  return [...new Set(roots.filter((_, i) => found[i]).map((root) => resolve(root)))]
}

/** The folder of a model that was added from the package of this name. */
async function addedFrom(io: Io, name: string): Promise<string | undefined> {
  const folder = addedFolder(io)
  if (folder === undefined) return undefined
  return (await addedModels(folder)).find(({ source }) => source.startsWith(`${name}@`))?.folder
}

/** Every model folder that can be named, by name. */
export async function listModels(io: Io): Promise<ReadonlyMap<string, string>> {
  const models = new Map<string, string>()
  for (const root of await modelRoots(io)) {
    for (const name of (await readdir(root)).sort()) {
      const folder = join(root, name)
      if (!models.has(name) && (await isFile(join(folder, 'model_index.json')))) models.set(name, folder)
    }
  }
  for (const name of packaged) {
    const folder = models.has(name) ? undefined : await installed(io, name)
    if (folder !== undefined && (await isFile(join(folder, 'model_index.json')))) models.set(name, folder)
  }
  return models
}

/** A file below `models/` that is no pipeline's, undefined where no folder of models has it. */
export async function findModelFile(io: Io, path: string): Promise<string | undefined> {
  for (const root of await modelRoots(io)) if (await isFile(join(root, path))) return join(root, path)
  const [name = '', ...rest] = path.split('/')
  const folder = await installed(io, name)
  const file = folder === undefined ? undefined : join(folder, ...rest)
  return file !== undefined && (await isFile(file)) ? file : undefined
}

/** The folder of `--model`, a name or a path. @throws FastFlowError `model-not-found` listing the names. */
export async function findModel(io: Io, model: string): Promise<string> {
  const path = pathAt(io, model, '--model')
  // A name with a slash, one of dots alone and an address can only mean a place.
  if (/[\\/]|^file:|^\.+$/i.test(model))
    return (await installedModel(model, io.cwd)) ?? (await addedFrom(io, model)) ?? path
  const models = await listModels(io)
  const folder = models.get(model)
  if (folder !== undefined) return folder
  if (await isFile(join(path, 'model_index.json'))) return path
  const available = [...models.keys()].join(', ') || 'none (set FASTFLOW_MODELS)'
  throw new FastFlowError({
    code: 'model-not-found',
    field: '--model',
    message: `--model: no model "${model}"; available: ${available}; add one (fastflow models add), or give the path of a folder`,
  })
}
