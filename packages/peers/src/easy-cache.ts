import { emulate, type PolicyContext } from '@fastflow/core'
import {
  checkAsked,
  checkMethods,
  checkNumber,
  checkOneOf,
  checkOptions,
  checkWhole,
  type OptionNames,
} from '@fastflow/core/backend'
import { nextEvaluation, type Peer, unlearning } from './peer.ts'
import { reuseResidual } from './reuse-residual.ts'

export interface EasyCacheOptions {
  /** tau: predicted relative change of the output that may add up before it is computed again. At least 0, usually 0.01 to 1. */
  readonly threshold: number
  /** Steps evaluated at the start, at least 1; 5 of 50 in the original. */
  readonly warmup?: number
  /** What is kept from the last evaluation: the residual `v - x` as in the original (default), or `v`. */
  readonly reuse?: 'residual' | 'velocity'
}

const names: OptionNames<EasyCacheOptions> = { threshold: true, warmup: true, reuse: true }

/** What one run has shown so far: how far the last jump went, in lengths of the velocity it started with. */
export interface EasyCacheState {
  readonly moved: number | undefined
}

/**
 * EasyCache: the output is taken to change in proportion to the input, `k = |v - v_prev| / |x - x_prev|` between
 * the last two evaluations. Each step adds `k |x_j - x_{j-1}| / |v|` to a sum; while it stays below the threshold the
 * network is not called. The first steps and the last are always evaluated.
 *
 * Both lengths of x are those of combinations of one velocity, known without looking: `|x - x_prev| = |c| |v_prev|`
 * for the jump just made, `|x_j - x_{j-1}| = |c_j - c_{j-1}| |v|` for those to come. So the relative change of
 * the velocity is the only measurement needed.
 */
export function easyCache(options: EasyCacheOptions): Peer<EasyCacheState> {
  checkOptions('options', options, names)
  const { threshold, warmup = 5, reuse = 'residual' } = options
  checkNumber('threshold', threshold, 0)
  checkWhole('warmup', warmup, 1)
  checkOneOf('reuse', reuse, ['residual', 'velocity'])
  const extrapolator = reuse === 'velocity' ? emulate(1) : reuseResidual()
  const weight = new Float64Array(1)
  const moveTo = (from: number, to: number, { sigmas }: PolicyContext): number => {
    extrapolator.weights(weight, [sigmas[from]!], 1, sigmas, from, to)
    return weight[0]!
  }

  return {
    name: `easycache(${threshold})`,
    source: 'Zhou et al. 2025, Less is Enough (arXiv 2507.02860); H-EmbodVis/EasyCache',
    extrapolator,
    policy: {
      ...unlearning,
      name: 'easycache',
      needs: ['relativeChange'],
      depth: 0,
      init: () => ({ moved: undefined }),
      decide: (state, landing, context) => {
        checkAsked(landing, context)
        checkMethods('state', state, [], 'what init or decide returned')
        const { moved } = state
        const { index, relativeChange } = landing
        const rate = moved === undefined || relativeChange === undefined ? Infinity : relativeChange / moved
        let before = 0
        let sum = 0
        const to = nextEvaluation(index, context.numSteps, (next) => {
          const move = moveTo(index, next, context)
          sum += rate * Math.abs(move - before)
          before = move
          return next < warmup || next === context.numSteps - 1 || !(sum < threshold)
        })
        return [{ landing: to }, { moved: Math.abs(moveTo(index, to, context)) }]
      },
    },
  }
}
