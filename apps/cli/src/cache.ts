import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import type { Io } from './io.ts'

/**
 * Where learned policies are kept between calls: FASTFLOW_CACHE, or `fastflow/policies` in the user's cache folder. Undefined where
 * there is neither: what is learned lasts as long as the call then.
 */
export function defaultCache(io: Io): string | undefined {
  return own(io) ?? below(userCache(io), 'fastflow', 'policies')
}

/** Where `fastflow proxies add` puts networks: `proxies/` in FASTFLOW_CACHE, or in the user's cache folder. */
export function installedPath(io: Io, file: string): string | undefined {
  return below(own(io) ?? below(userCache(io), 'fastflow'), 'proxies', file)
}

/** A variable that is empty counts as not set. */
function own({ env }: Io): string | undefined {
  return env.FASTFLOW_CACHE || undefined
}

/** Of the XDG specification: a path that is not absolute is to be ignored, as an empty one is. */
function userCache({ env }: Io): string | undefined {
  const { XDG_CACHE_HOME: xdg = '' } = env
  return isAbsolute(xdg) ? xdg : below(home(env.HOME), '.cache')
}

function home(set: string | undefined): string | undefined {
  if (set !== undefined && isAbsolute(set)) return set
  try {
    const found = homedir()
    return isAbsolute(found) ? found : undefined
  } catch {
    // Users of containers may have no home and no name.
    return undefined
  }
}

function below(folder: string | undefined, ...path: readonly string[]): string | undefined {
  return folder === undefined ? undefined : join(folder, ...path)
}
