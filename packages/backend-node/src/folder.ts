import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { FastFlowError, invalidArgument, type LoadProgress, type ModelFolder } from '@fastflow/core'
import { checkLoadOptions, shown, staysInside, throwIfAborted } from '@fastflow/core/backend'
import { resolveInside } from './contained.ts'
import type { DigestMemory } from './digest/digest-memory.ts'
import { digestOfModel, sizeOfModel } from './digest/inspect.ts'
import { errorCode, messageOf } from './failure.ts'
import { installedModel, packageName } from './installed-model.ts'
import { pathOf } from './location.ts'
import type { NodeBackendOptions } from './options.ts'
import { readRegularFile } from './regular-file.ts'
import { loadRunner } from './runner.ts'

/** Names shown when something is missing: enough to see the mistake, short enough for one line. */
const listed = 20

/** Configs, tokenizers and policies are smaller; networks are not read through this. */
const maxFileBytes = 64 * 2 ** 20

/**
 * @param given a path, a `file:` address, or the name of an installed package of a model where no folder has it.
 * @throws FastFlowError `model-not-found` listing what lies beside, when there is no such folder, `invalid-argument`.
 */
export async function openFolder(
  given: string,
  defaults: NodeBackendOptions,
  digests: DigestMemory,
): Promise<ModelFolder> {
  const location = pathOf(given, 'location', 'a model folder')
  const root = (await installedModel(location)) ?? (await installedForProgram(location)) ?? resolve(location)
  const found = await stat(root).catch((error: unknown) => {
    if (isMissing(error)) return undefined
    throw unreadable(location, error)
  })
  if (found === undefined && packageName.test(location))
    throw notFound(
      location,
      `there is no folder, nor an installed package, ${location}; npm install ${location}, or give the path of a folder`,
    )
  if (found === undefined)
    throw notFound(location, `there is no folder ${location}; ${await contents(dirname(root))}`)
  if (!found.isDirectory()) throw notFound(location, `${location} is a file; give the folder of the model`)

  /** The real path of a file of the folder, undefined where there is none. */
  async function locate(path: string): Promise<string | undefined> {
    const refusal = invalidArgument('path', `${shown(path)} leaves the model folder ${location}`)
    if (typeof path !== 'string' || !staysInside(path)) throw refusal
    try {
      const real = await resolveInside(root, path)
      if (real !== undefined) return real
    } catch (error) {
      if (isMissing(error)) return undefined
      throw unreadable(path, error)
    }
    throw refusal
  }

  async function existing(path: string): Promise<string> {
    const real = await locate(path)
    if (real !== undefined) return real
    throw notFound(
      path,
      `${location} has no file ${path}; ${await contents(dirname(resolve(root, path)), root)}`,
    )
  }

  return {
    location,
    has: async (path) => (await locate(path)) !== undefined,
    read: async (path) => {
      const real = await existing(path)
      return readRegularFile(real, maxFileBytes).catch((error: unknown) => {
        throw unreadable(`${location}/${path}`, error, path)
      })
    },
    load: async (path, options = {}) => {
      checkLoadOptions(options)
      throwIfAborted(options.signal, `loading ${String(path)}`)
      await existing(path)
      const { threads = defaults.threads, mapWeights, onProgress, signal } = options
      const settings = {
        ...defaults,
        ...(threads !== undefined && { threads }),
        ...(mapWeights !== undefined && { mapWeights }),
        ...(signal && { signal }),
        name: path,
        onProgress: (progress: LoadProgress) => onProgress?.({ ...progress, name: location }),
      }
      return loadRunner(join(root, path), settings, digests)
    },
    digest: async (path) => {
      await existing(path)
      return digestOfModel(join(root, path), path, digests)
    },
    size: async (path) => {
      await existing(path)
      return sizeOfModel(join(root, path), path, digests)
    },
  }
}

/** The folder of a package that the program itself may import: services are started from anywhere. */
async function installedForProgram(name: string): Promise<string | undefined> {
  const [, program] = process.argv
  return program === undefined ? undefined : installedModel(name, dirname(program))
}

/** What `folder` holds, in words; the nearest folder above it where it does not exist either. */
async function contents(folder: string, root: string = dirname(folder)): Promise<string> {
  try {
    const names = (await readdir(folder)).filter((name) => !name.startsWith('.')).sort()
    const more = names.length > listed ? ` and ${names.length - listed} more` : ''
    return `${basename(folder) || folder} has ${names.slice(0, listed).join(', ') || 'nothing'}${more}`
  } catch {
    return folder === root || folder === dirname(folder)
      ? `${folder} is missing`
      : contents(dirname(folder), root)
  }
}

function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')
}

function notFound(field: string, message: string): FastFlowError {
  return new FastFlowError({ code: 'model-not-found', field, message })
}

function unreadable(path: string, error: unknown, field: string = path): FastFlowError {
  const message = `${path} cannot be read: ${messageOf(error)}`
  return new FastFlowError({ code: 'model-unreadable', field, message, cause: error })
}
