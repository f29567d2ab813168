import { checkStage } from './check-stage.ts'
import type { StagedSolver } from './solver.ts'

/**
 * Heun: an Euler step, then the mean of the velocities at both ends, `x + (h / 2) [v(x) + v(x + h v)]`.
 *
 * Order 2, 2 NFE a step. The last step is an Euler step, so that the network is never asked about sigma 0, which
 * it has not seen in training: 2 T - 1 NFE in all. One step of order 1 leaves the global order at 2.
 *
 * Reference: Karras et al. 2022, Elucidating the Design Space of Diffusion-Based Generative Models, algorithm 1.
 */
export function heun(): StagedSolver {
  return {
    name: 'heun',
    order: 2,
    scratch: 1,
    async step(stage) {
      checkStage(stage, 1)
      const { space, sigmas, index, x, velocity, scratch, evaluate } = stage
      const h = sigmas[index + 1]! - sigmas[index]!
      const v = { weight: h, vector: velocity }
      space.linearCombination(x, [{ weight: 1, vector: x }, v])
      if (index + 2 === sigmas.length) return
      const ahead = scratch[0]!
      if (!(await evaluate(ahead, x, index + 1))) return
      v.weight = -h / 2
      space.linearCombination(x, [{ weight: 1, vector: x }, v, { weight: h / 2, vector: ahead }])
    },
  }
}
