import { emulate } from '@fastflow/core'
import {
  checkAsked,
  checkNumber,
  checkNumbers,
  checkOptions,
  checkWhole,
  type OptionNames,
} from '@fastflow/core/backend'
import { nextEvaluation, type Peer, unlearning } from './peer.ts'

export interface AdaptiveDiffusionOptions {
  /** delta: third difference of the state, relative to the first, under which a step is skipped. At least 0, usually 0.001 to 0.1; 0.01 in the original. */
  readonly threshold: number
  /** Steps skipped in a row at most, at least 1; 4 in the original. */
  readonly maxSkips?: number
}

const names: OptionNames<AdaptiveDiffusionOptions> = { threshold: true, maxSkips: true }

/** Lengths of the last two steps of the state, newest first. */
export type AdaptiveDiffusionState = readonly number[]

// The first steps are evaluated, and the limit on skips in a row holds only after as many decisions again.
const warmup = 4

/**
 * AdaptiveDiffusion: a step is skipped, its velocity reused, while the lengths `d_i = |x_{i+1} - x_i|` of the last three
 * steps lie on a line: `|(d_i + d_{i-2}) / 2 - d_{i-1}| <= delta d_{i-1}`, a third difference of the state.
 *
 * With velocities reused, `d_j = |h_j| |v|` for every step of a jump, so the length of the velocity at the landing
 * is the only measurement needed.
 */
export function adaptiveDiffusion(options: AdaptiveDiffusionOptions): Peer<AdaptiveDiffusionState> {
  checkOptions('options', options, names)
  const { threshold, maxSkips = 4 } = options
  checkNumber('threshold', threshold, 0)
  checkWhole('maxSkips', maxSkips, 1)
  return {
    name: `adaptive-diffusion(${threshold}, ${maxSkips})`,
    source: 'Ye et al. 2024, AdaptiveDiffusion (arXiv 2410.09873); UniModal4Reasoning/AdaptiveDiffusion',
    extrapolator: emulate(1),
    policy: {
      ...unlearning,
      name: 'adaptive-diffusion',
      needs: ['velocityProducts'],
      depth: 1,
      init: () => [],
      decide: (state, landing, context) => {
        checkAsked(landing, context, ['velocityProducts'])
        checkNumbers('state', state, 'lengths of steps')
        const { index, velocityProducts } = landing
        const { sigmas, numSteps } = context
        const speed = Math.sqrt(velocityProducts![0]![0]!)
        const stepAt = (k: number): number => Math.abs(sigmas[k + 1]! - sigmas[k]!) * speed
        let lengths = state
        const to = nextEvaluation(index, numSteps, (next) => {
          const [one, two] = lengths
          const step = stepAt(next - 1)
          lengths = [step, ...lengths.slice(0, 1)]
          if (next < warmup || one === undefined || two === undefined) return true
          if (next - 1 - index >= maxSkips && next > 2 * warmup) return true
          return Math.abs((step + two) / 2 - one) > one * threshold
        })
        return [{ landing: to }, lengths]
      },
    },
  }
}
