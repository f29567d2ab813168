import { invalidArgument } from '../../errors.ts'
import { checkMask } from '../../policy/replay.ts'
import { numStepsOf, type Schedule } from '../../schedule/schedule.ts'
import { checkSolver } from '../../solver/check-solver.ts'
import { emulateSolver } from '../../solver/emulate-solver.ts'
import { euler } from '../../solver/euler.ts'
import type { Solver } from '../../solver/solver.ts'
import type { PlannedSteps } from '../document/planned-steps.ts'
import { ruleWeights } from './transfer.ts'

/**
 * A step mask of another tool (1 or true evaluates the step, 0 skips it) as a plan with emulation weights; run it with
 * {@link planPolicy}. The way back is {@link Plan.mask}.
 *
 * @param solver whose steps the weights emulate; of a mask that skips none they are the solver's own. Default {@link euler}.
 * @throws FastFlowError `invalid-argument` for no schedule, a mask of another length or one that skips the first step, and a
 *   solver that evaluates more than once a step.
 */
export function planFromMask(
  mask: readonly (number | boolean)[],
  schedule: Schedule,
  solver: Solver = euler(),
): PlannedSteps {
  const numSteps = numStepsOf(schedule)
  checkSolver('solver', solver)
  checkMask(mask)
  if (mask.length !== numSteps) {
    throw invalidArgument('mask', `has ${mask.length} entries, the schedule ${numSteps} steps`)
  }
  if (!mask[0]) throw invalidArgument('mask', 'the first step has to be evaluated')
  const nodes = mask.flatMap((step, k) => (step ? [k] : []))
  return { nodes, weights: ruleWeights(nodes, schedule.sigmas, emulateSolver(solver, numSteps)) }
}
