import { emulate, numStepsOf, replay } from '@fastflow/core'
import type { Grids } from '../method.ts'
import { nearestSteps, SHIFTS, shifted } from './shifts.ts'
import type { Candidate, Family } from './tune.ts'

/** Skipping by a fixed rule on the full grid: how velocities go on between evaluations. */
const rules = [
  { name: 'uniform*', order: 2 },
  { name: 'quadratic*', order: 3 },
] as const

/**
 * Uniform skipping, its evaluations at the steps of the full grid that are nearest to a grid of so many steps shifted by each of
 * {@link SHIFTS}: forecasts are linear, or quadratic.
 */
export function skipFamilies(grids: Grids, budgets: readonly number[]): readonly Family[] {
  const within = budgets.filter((nfe) => nfe <= numStepsOf(grids.full))
  return rules.map(({ name, order }) => ({
    name,
    candidates: within.flatMap((nfe) =>
      SHIFTS.map((shift): Candidate => {
        const policy = replay(nearestSteps(grids.full, shifted(grids.of(nfe), shift)))
        const extrapolator = emulate(order)
        return {
          parameter: `shift ${shift.name}`,
          nfe,
          method: { name, schedule: grids.full, options: () => ({ policy, extrapolator }) },
        }
      }),
    ),
  }))
}
