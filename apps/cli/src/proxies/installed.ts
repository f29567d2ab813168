import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Io } from '../io.ts'

/** Where `fastflow proxies add` puts networks: `proxies/` in FASTFLOW_CACHE, or in the user's cache folder. */
export function installedPath(io: Io, file: string): string {
  const { FASTFLOW_CACHE: cache, XDG_CACHE_HOME: xdg } = io.env
  return join(cache ?? join(xdg ?? join(homedir(), '.cache'), 'fastflow'), 'proxies', file)
}
