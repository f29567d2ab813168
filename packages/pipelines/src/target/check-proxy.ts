import { invalidArgument, isRecord } from '@fastflow/core'
import { checkMethods, shown } from '@fastflow/core/backend'

/** A quality proxy from outside. @throws FastFlowError `invalid-argument` naming what it lacks. */
export function checkProxy(field: string, proxy: unknown): void {
  const wanted = 'a QualityProxy, e.g. psnrProxy() of @fastflow/proxies'
  const { needs, version } = checkMethods(field, proxy, ['score'], wanted)
  if (!isRecord(needs)) throw invalidArgument(field, `says it needs ${shown(needs)}; pass ${wanted}`)
  if (typeof version !== 'string')
    throw invalidArgument(field, `has the version ${shown(version)}; pass ${wanted}`)
}
