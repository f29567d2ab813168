import { emulate, invalidArgument, policyFromMask } from '@fastflow/core'
import { checkNumbers, checkOneOf, checkOptions, type OptionNames } from '@fastflow/core/backend'
import type { Peer } from './peer.ts'
import { reuseResidual } from './reuse-residual.ts'

export interface BudCacheOptions {
  /** One entry a grid step, 1 evaluated, 0 skipped, the first 1; see {@link searchMask}. */
  readonly mask: readonly number[]
  /** What is kept from the last evaluation: the residual `v - x` as in the original (default), or `v`. */
  readonly reuse?: 'residual' | 'velocity'
}

const names: OptionNames<BudCacheOptions> = { mask: true, reuse: true }

/**
 * BudCache: the steps that are evaluated are searched offline for a number of evaluations, and the residual of the last of them
 * is reused in the others.
 *
 * The original keeps the residual of the transformer blocks; here it is that of the whole network. Its second stage, which trains
 * another grid for the mask, is left out: where the bench shifts grids, it shifts this one too.
 */
export function budCache(options: BudCacheOptions): Peer<undefined> {
  checkOptions('options', options, names)
  const { mask, reuse = 'residual' } = options
  if (!(checkNumbers('mask', mask, '0 and 1')[0] === 1))
    throw invalidArgument('mask', 'its first step has to be evaluated (1)')
  checkOneOf('reuse', reuse, ['residual', 'velocity'])
  return {
    name: `budcache(${reuse})`,
    source: 'Lei et al. 2026, BudCache (arXiv 2606.13496); Westlake-AGI-Lab/BudCache',
    extrapolator: reuse === 'velocity' ? emulate(1) : reuseResidual(),
    policy: policyFromMask(mask),
  }
}
