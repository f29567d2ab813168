import { join } from 'node:path'
import { cacheFolder } from '@fastflow/backend-node'
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

function below(folder: string | undefined, ...path: readonly string[]): string | undefined {
  return folder === undefined ? undefined : join(folder, ...path)
}
