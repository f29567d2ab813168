import { join } from 'node:path'
import { cacheFolder } from '@fastflow/backend-node'
import { FastFlowError } from '@fastflow/core'
import type { Io } from './io.ts'

/**
 * Where learned policies are kept between calls: FASTFLOW_CACHE, or `fastflow/policies` in the user's cache folder. Undefined where
 * there is neither: what is learned lasts as long as the call then.
 */
export function defaultCache({ env }: Io): string | undefined {
  return env.FASTFLOW_CACHE || below(cacheFolder(env), 'policies')
}

/** Where `fastflow proxies add` puts networks: `proxies/` in FASTFLOW_CACHE, or in the user's cache folder. */
export function installedPath({ env }: Io, file: string): string | undefined {
  return below(cacheFolder(env), 'proxies', file)
}

/** Where `fastflow models add` puts models: `models/` in FASTFLOW_CACHE, or in the user's cache folder. */
export function addedFolder({ env }: Io): string | undefined {
  return below(cacheFolder(env), 'models')
}

/** A place below the cache folder that a command cannot do without. @throws FastFlowError `output-unwritable`. */
export function needed(place: string | undefined): string {
  if (place !== undefined) return place
  const message = 'FASTFLOW_CACHE: there is no cache folder; set FASTFLOW_CACHE, XDG_CACHE_HOME or HOME'
  throw new FastFlowError({ code: 'output-unwritable', field: 'FASTFLOW_CACHE', message })
}

function below(folder: string | undefined, ...path: readonly string[]): string | undefined {
  return folder === undefined ? undefined : join(folder, ...path)
}
