import { invalidArgument, type QualityProxy } from '@fastflow/core'
import { checkShare, shown } from '@fastflow/core/backend'
import { psnrProxy } from '@fastflow/proxies'
import type { Metric } from '../policy/target-quality.ts'
import { checkProxy } from './check-proxy.ts'
import type { Goal } from './goal.ts'
import type { ImageTarget } from './options.ts'

/** @throws FastFlowError `invalid-argument` naming the field. */
export function goalOf({ lpips, psnr, confidence = 0.95 }: ImageTarget): Goal {
  checkShare('target.confidence', confidence)
  if ((lpips === undefined) === (psnr === undefined))
    throw invalidArgument('target', 'needs one of lpips (e.g. 0.05) and psnr (e.g. 35)')
  if (lpips === undefined) {
    if (Number.isFinite(psnr) && psnr! > 0) return { metric: 'psnr', limit: psnr!, confidence }
    throw invalidArgument('target.psnr', `${shown(psnr)} is not a positive number of dB`)
  }
  return { metric: 'lpips', limit: checkShare('target.lpips', lpips), confidence }
}

/**
 * What measures a metric: the caller's proxy, or our own PSNR.
 *
 * @throws FastFlowError `invalid-argument` for one that does not compare with the full run, or runs the wrong way.
 */
export function proxyOf(metric: Metric, proxy: QualityProxy | undefined): QualityProxy | undefined {
  if (proxy === undefined) return metric === 'psnr' ? psnrProxy() : undefined
  checkProxy('proxy', proxy)
  const direction = metric === 'psnr' ? 'higher-is-better' : 'lower-is-better'
  if (proxy.needs.reference && !proxy.needs.prompt && proxy.direction === direction) return proxy
  const wanted = `one that compares with a reference, ${direction.replaceAll('-', ' ')}`
  throw invalidArgument('proxy', `${proxy.name} does not measure ${metric}; pass ${wanted}`)
}
