import type { Term } from '../space/vector-space.ts'
import { checkStage } from './check-stage.ts'
import { type DpmSlope, dpmWeights } from './dpm-weights.ts'
import type { StagedSolver } from './solver.ts'

/**
 * DPM-Solver++(2M) for flow matching, in terms of the predicted data `x0 = x - sigma v`:
 *
 * `x <- (sigma_+ / sigma) x - alpha_+ (e^-h - 1) [x0 + (x0 - x0_1) / (2 r)]`
 *
 * with `alpha = 1 - sigma`, `lambda = ln alpha - ln sigma`, `h = lambda_+ - lambda`, `r = (lambda - lambda_1) / h`.
 * Order 2, 1 NFE a step. The bracket is `x0` alone (order 1, the Euler step) in the first step, in the one after
 * sigma 1, where lambda is -infinity, and in the last, where `lambda_+` is infinite.
 *
 * Reference: Lu et al. 2022, DPM-Solver++, algorithm 2. Equal to `DPMSolverMultistepScheduler` of diffusers
 * with `use_flow_sigmas`, `prediction_type='flow_prediction'` and the defaults otherwise; {@link baselineFromConfig}
 * makes the solver of other configs.
 */
export function dpmSolverPP(): StagedSolver {
  return dpmSolver({})
}

export interface DpmSolverSettings {
  /** Default 2. */
  readonly order?: 1 | 2 | 3
  /** Default `midpoint`. */
  readonly slope?: DpmSlope
  /** The step before the last is of order 2 at most, the last of order 1. Default false. */
  readonly lowerOrderFinal?: boolean
  /** The last step is of order 1, as it is at sigma 0 in any case. Default false. */
  readonly eulerAtFinal?: boolean
  /** Noise level at which the last step leaves the state, in place of the grid's 0. Default 0. */
  readonly finalSigma?: number
}

/** DPM-Solver++ of any order, with what its scheduler's config can say of the last steps. */
export function dpmSolver({
  order = 2,
  slope = 'midpoint',
  lowerOrderFinal = false,
  eulerAtFinal = false,
  finalSigma = 0,
}: DpmSolverSettings): StagedSolver {
  const eulerLast = eulerAtFinal || lowerOrderFinal || finalSigma === 0
  const orderAt = (index: number, steps: number): number => {
    const most = index === steps - 1 && eulerLast ? 1 : index === steps - 2 && lowerOrderFinal ? 2 : order
    return Math.min(order, index + 1, most)
  }
  // Plans belong to a solver by its name: what changes steps is told, what does not is not.
  const isLower = lowerOrderFinal && (order === 3 || finalSigma !== 0)
  const ends = [
    isLower && '-lower',
    eulerAtFinal && finalSigma !== 0 && !isLower && '-euler',
    finalSigma !== 0 && `-to-${finalSigma}`,
  ].filter(Boolean)
  return {
    name: `dpm++${order}m${slope === 'heun' ? '-heun' : ''}${ends.join('')}`,
    order,
    scratch: order,
    step(stage) {
      checkStage(stage, order)
      const { space, sigmas, index, x, velocity, scratch } = stage
      const steps = sigmas.length - 1
      const ahead = index === steps - 1 ? finalSigma : sigmas[index + 1]!
      const used = orderAt(index, steps)
      space.linearCombination(scratch[index % order]!, [
        { weight: 1, vector: x },
        { weight: -sigmas[index]!, vector: velocity },
      ])
      const past = Array.from({ length: used }, (_, i) => sigmas[index - i]!)
      const terms: Term<typeof x>[] = [{ weight: ahead / sigmas[index]!, vector: x }]
      for (const [i, weight] of dpmWeights(past, ahead, slope).entries()) {
        if (weight !== 0) terms.push({ weight, vector: scratch[(index - i) % order]! })
      }
      space.linearCombination(x, terms)
    },
  }
}
