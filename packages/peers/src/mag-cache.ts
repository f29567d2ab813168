import { emulate, invalidArgument } from '@fastflow/core'
import {
  checkAsked,
  checkContext,
  checkNumber,
  checkNumbers,
  checkOptions,
  checkWhole,
  type OptionNames,
} from '@fastflow/core/backend'
import { nextEvaluation, type Peer, unlearning } from './peer.ts'

export interface MagCacheOptions {
  /** `|v_k| / |v_{k-1}|` of a full run, the first entry 1 (see {@link magnitudeRatios}); of any number of steps. */
  readonly ratios: readonly number[]
  /** Error that may add up before the network is called again. At least 0, usually 0.01 to 1; 0.24 in the original. */
  readonly threshold: number
  /** K: steps skipped in a row at most, at least 1; 5 in the original. */
  readonly maxSkips?: number
  /** Share of the steps evaluated at the start, 0 to 1; 0.1 in the original for images, 0.2 for video. */
  readonly retention?: number
}

const names: OptionNames<MagCacheOptions> = { ratios: true, threshold: true, maxSkips: true, retention: true }

/**
 * Ratios of successive magnitudes of a full run, from the norms of its velocities: what MagCache calibrates.
 *
 * @throws FastFlowError `invalid-argument` for what is no list of numbers.
 */
export function magnitudeRatios(norms: readonly number[]): number[] {
  checkNumbers('norms', norms, 'norms')
  return norms.map((norm, k) => (k === 0 ? 1 : norm / norms[k - 1]!))
}

/**
 * MagCache: after the last evaluation the ratios multiply up to an estimate of `|v_j| / |v_i|`; its distance from 1
 * is the error of reusing `v_i`. Errors add up over skipped steps, and the network is called where the sum passes
 * the threshold or after `maxSkips` skips. The decision depends on the calibration alone, not on the sample.
 *
 * The original takes the residual of the transformer blocks (in the paper `v - x`); here it is the velocity, measured
 * and reused. Its exclusion of one step of one model is left out.
 */
export function magCache(options: MagCacheOptions): Peer<readonly number[]> {
  checkOptions('options', options, names)
  const { threshold, maxSkips = 5, retention = 0.1 } = options
  checkNumber('threshold', threshold, 0)
  checkWhole('maxSkips', maxSkips, 1)
  checkNumber('retention', retention, 0, 1)
  const ratios = Array.from(checkNumbers('ratios', options.ratios, 'positive numbers'))
  if (ratios.length === 0 || !ratios.every((ratio) => ratio > 0)) {
    throw invalidArgument('ratios', `[${ratios}] is not a list of positive numbers`)
  }
  return {
    name: `magcache(${threshold}, ${maxSkips})`,
    source: 'Ma et al. 2025, MagCache (arXiv 2506.09045); Zehong-Ma/MagCache',
    extrapolator: emulate(1),
    policy: {
      ...unlearning,
      name: 'magcache',
      needs: [],
      depth: 0,
      init: (context) => {
        checkContext(context)
        return resample(ratios, context.numSteps)
      },
      decide: (state, landing, context) => {
        checkAsked(landing, context)
        checkNumbers('state', state, 'ratios')
        const { index } = landing
        const { numSteps } = context
        let ratio = 1
        let error = 0
        const to = nextEvaluation(index, numSteps, (next) => {
          ratio *= state[next]!
          error += Math.abs(1 - ratio)
          const early = next < Math.floor(retention * numSteps + 0.5)
          return early || error > threshold || next - index > maxSkips
        })
        return [{ landing: to }, state]
      },
    },
  }
}

/** The nearest entry of `values` for each of `length` places spread over them, as the original does. */
function resample(values: readonly number[], length: number): readonly number[] {
  if (length === 1) return values.slice(-1)
  return Array.from({ length }, (_, i) => values[Math.round((i * (values.length - 1)) / (length - 1))]!)
}
