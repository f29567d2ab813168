import type { Term } from '../space/vector-space.ts'
import { checkStage } from './check-stage.ts'
import { halfLogSnr } from './half-log-snr.ts'
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
 * with `use_flow_sigmas`, `prediction_type='flow_prediction'` and the defaults otherwise.
 */
export function dpmSolverPP(): StagedSolver {
  return {
    name: 'dpm++2m',
    order: 2,
    scratch: 2,
    step(stage) {
      checkStage(stage, 2)
      const { space, sigmas, index, x, velocity, scratch } = stage
      const sigma = sigmas[index]!
      const ahead = sigmas[index + 1]!
      const data = scratch[index % 2]!
      space.linearCombination(data, [
        { weight: 1, vector: x },
        { weight: -sigma, vector: velocity },
      ])
      const half = index === 0 ? 0 : halfInverseRatio(sigmas[index - 1]!, sigma, ahead)
      // -alpha_+ (e^-h - 1), with e^-h written out so that sigma 1 and 0 need no special case.
      const gain = 1 - ahead - (ahead * (1 - sigma)) / sigma
      const terms: Term<typeof x>[] = [
        { weight: ahead / sigma, vector: x },
        { weight: gain * (1 + half), vector: data },
      ]
      if (half !== 0) terms.push({ weight: -gain * half, vector: scratch[(index + 1) % 2]! })
      space.linearCombination(x, terms)
    },
  }
}

/** `1 / (2 r)`, 0 where the step is of order 1. */
function halfInverseRatio(before: number, sigma: number, ahead: number): number {
  if (ahead === 0) return 0
  const lambda = halfLogSnr(sigma)
  return (halfLogSnr(ahead) - lambda) / (2 * (lambda - halfLogSnr(before)))
}
