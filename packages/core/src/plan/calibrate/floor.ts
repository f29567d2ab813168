import type { Velocity } from '../../ports/velocity.ts'
import { sample } from '../../sample/sample.ts'
import { checkSchedule, createSchedule, numStepsOf, type Schedule } from '../../schedule/schedule.ts'
import type { PlanFloor } from '../document/plan-floor.ts'
import { psnrOf } from '../document/quality.ts'
import type { Ledger } from '../search/ledger.ts'
import type { Settings } from './settings.ts'
import type { Teachers } from './teachers.ts'

/**
 * Measures the floor with as many of `floorRuns` runs as the evaluations left pay for. It cannot be had from recorded
 * velocities: what matters is how much the flow amplifies a small early error.
 */
export async function measureFloor<T>(
  settings: Settings<T>,
  teachers: Teachers<T>,
  velocityOf: (seed: number) => Velocity<T>,
  ledger: Ledger,
): Promise<PlanFloor> {
  const { schedule, solver, target, space, range } = settings
  // With the exact solution as teacher it is the baseline itself that has to be run and compared.
  const compared = target === 'exact' ? schedule : coarserSchedule(schedule)
  const affordable = Math.floor((ledger.left - teachers.missing()) / numStepsOf(compared))
  const count = Math.min(settings.floorRuns, teachers.seeds.length, affordable)
  const scores: number[] = []
  for (const run of count > 0 ? (await teachers.load()).slice(0, count) : []) {
    const { x } = await sample({
      velocity: velocityOf(run.seed),
      schedule: compared,
      solver,
      space,
      x: run.states[0]!,
    })
    scores.push(psnrOf(await space.meanSquaredDifference(x, run.states.at(-1)!), range))
    space.release(x)
  }
  return target === 'exact' ? { fewerSteps: [], exact: scores } : { fewerSteps: scores, exact: [] }
}

/** The same grid with a tenth fewer steps. @throws FastFlowError `invalid-argument` for what is no schedule. */
export function coarserSchedule(schedule: Schedule): Schedule {
  const { name, sigmas } = checkSchedule(schedule)
  const numSteps = sigmas.length - 1
  const fewer = Math.max(1, numSteps - Math.max(1, Math.round(numSteps / 10)))
  const coarse = Array.from({ length: fewer }, (_, k) => {
    const position = (k * numSteps) / fewer
    const index = Math.floor(position)
    return sigmas[index]! + (position - index) * (sigmas[index + 1]! - sigmas[index]!)
  })
  return createSchedule(`${name} with ${fewer} steps`, [...coarse, 0])
}
