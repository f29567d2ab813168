import { FastFlowError, invalidArgument, type ModelFolder } from '@fastflow/core'
import { checkLoadOptions, shown, staysInside } from '@fastflow/core/backend'
import { messageOf } from './failure.ts'
import { isMissing, notFound } from './http.ts'
import { checkThreads } from './options.ts'
import { absolute, type Pool } from './pool.ts'
import { type LoadRunnerOptions, loadRunner } from './runner.ts'

/** What a folder that is a model has at least one of; the last is the folder's own address. */
const signs = ['model_index.json', 'config.json', '']

/**
 * @param known paths of its files, where the page knows them.
 * @throws FastFlowError `model-not-found` when the server has no such folder.
 */
export async function openFolder(
  location: string,
  pool: Pool,
  defaults: Pick<LoadRunnerOptions, 'onNotice' | 'cache'>,
  known?: readonly string[],
): Promise<ModelFolder> {
  const root = new URL(absolute('location', location.endsWith('/') ? location : `${location}/`))
  const locate = (path: string): string => {
    if (typeof path !== 'string' || !staysInside(path))
      throw invalidArgument('path', `${shown(path)} leaves the model folder ${location}`)
    return new URL(path.split(/[\\/]/).map(encodeURIComponent).join('/'), root).href
  }
  if (
    known === undefined &&
    !(await anyExists(
      signs.map((path) => new URL(path, root).href),
      location,
    ))
  ) {
    const message = `there is no folder ${location}: the server has no ${root.href}${signs[0]}`
    throw new FastFlowError({ code: 'model-not-found', field: location, message })
  }
  return {
    location,
    async has(path) {
      const url = locate(path)
      return known ? known.some((file) => locate(file) === url) : exists(url, path)
    },
    async read(path) {
      const url = locate(path)
      const response = await request(url, path, 'GET')
      if (isMissing(url, response))
        throw new FastFlowError({
          code: 'model-not-found',
          field: path,
          message: notFound(url, path, response),
        })
      if (!response.ok) throw unreadable(path, `${url} answers ${response.status} ${response.statusText}`)
      const buffer = await response.arrayBuffer().catch((error: unknown) => {
        throw unreadable(path, messageOf(error), error)
      })
      return new Uint8Array(buffer)
    },
    async load(path, options = {}) {
      checkLoadOptions(options)
      const url = locate(path)
      const { threads, onProgress, signal } = options
      if (threads !== undefined) checkThreads(threads)
      return loadRunner(pool, url, {
        ...defaults,
        ...(threads !== undefined && { threads }),
        ...(onProgress && { onProgress }),
        ...(signal && { signal }),
        file: path,
        name: location,
      })
    },
  }
}

async function anyExists(urls: readonly string[], location: string): Promise<boolean> {
  for (const url of urls) if (await exists(url, location)) return true
  return false
}

async function exists(url: string, path: string): Promise<boolean> {
  const response = await request(url, path, 'HEAD')
  return response.ok && !isMissing(url, response)
}

async function request(url: string, path: string, method: 'GET' | 'HEAD'): Promise<Response> {
  try {
    // The browser's own cache would answer for files that were replaced or removed.
    return await fetch(url, { method, cache: 'no-cache' })
  } catch (error) {
    throw unreadable(path, `${url} cannot be fetched (${messageOf(error)}); are you online?`, error)
  }
}

function unreadable(path: string, why: string, cause?: unknown): FastFlowError {
  const message = `${path} cannot be read: ${why}`
  return new FastFlowError({ code: 'model-unreadable', field: path, message, cause })
}
