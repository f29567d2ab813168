import type { StagedSolver } from '../solver/solver.ts'
import { callVelocity } from './evaluate.ts'
import type { Run } from './run.ts'

/**
 * Lets a staged solver take the step from where the run stands to the next grid point.
 *
 * @returns undefined, or the grid index at which a velocity was not finite. A step that is cancelled meanwhile is not taken.
 */
export async function takeStep<T, State>(
  run: Run<T, State>,
  solver: StagedSolver,
): Promise<number | undefined> {
  const { space, context, history, index, x, scratch } = run
  let failed: number | undefined
  await solver.step<T>({
    space,
    sigmas: context.sigmas,
    index,
    x,
    velocity: history.velocity(0),
    scratch,
    async evaluate(out, at, where) {
      const velocity = await callVelocity(run, at, where, out)
      if (run.options.signal?.aborted) return false
      if (!(await space.isFinite(velocity))) {
        failed = where
        return false
      }
      if (velocity !== out) space.linearCombination(out, [{ weight: 1, vector: velocity }])
      return true
    },
  })
  if (run.options.signal?.aborted) return undefined
  run.from = index
  run.index = index + 1
  return failed
}
