import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { invalidArgument, isRecord } from '@fastflow/core'
import { shown } from '@fastflow/core/backend'

/**
 * Where FastFlow keeps what it can make again: FASTFLOW_CACHE, else `fastflow` in the user's cache folder, which is
 * XDG_CACHE_HOME or `.cache` at home. Undefined where there is none of these. Nothing is looked at or made.
 *
 * @param env variables of the environment.
 * @throws FastFlowError `invalid-argument`.
 */
export function cacheFolder(
  env: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  if (!isRecord(env)) throw invalidArgument('env', `${shown(env)} is not an environment; pass process.env`)
  // Of the XDG specification: a path that is not absolute is to be ignored, as an empty one is.
  const { FASTFLOW_CACHE: own, XDG_CACHE_HOME: xdg = '' } = env
  if (own) return own
  if (isAbsolute(xdg)) return join(xdg, 'fastflow')
  const home = homeOf(env.HOME)
  return home === undefined ? undefined : join(home, '.cache', 'fastflow')
}

function homeOf(set: string | undefined): string | undefined {
  if (set !== undefined && isAbsolute(set)) return set
  try {
    const found = homedir()
    return isAbsolute(found) ? found : undefined
  } catch {
    // Users of containers may have no home and no name.
    return undefined
  }
}
