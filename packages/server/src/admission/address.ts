import { isIP } from 'node:net'
import { invalidArgument } from '@fastflow/core'

/** Whether only this machine can reach a host. */
function isLocal(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true
  return isIP(host) === 4 && host.startsWith('127.')
}

/** @throws FastFlowError `invalid-argument` for a public address without keys. */
export function checkAddress(host: string, hasKeys: boolean): void {
  if (hasKeys || isLocal(host)) return
  throw invalidArgument('host', `${host} can be reached by others; pass keys, or listen on 127.0.0.1`)
}
