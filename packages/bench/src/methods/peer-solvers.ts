import { adamsBashforth, dpmSolverPP, euler, heun, ipndm, type Solver, unipc } from '@fastflow/core'
import type { Grids } from '../method.ts'
import { SHIFTS, shifted } from './shifts.ts'
import type { Candidate, Family } from './tune.ts'

interface SolverFamily {
  readonly name: string
  readonly solver: () => Solver
  /** Steps that `nfe` evaluations pay for. */
  readonly steps: (nfe: number) => number
  /** The fixed method it is without a shift. */
  readonly unshifted?: string
}

const solvers: readonly SolverFamily[] = [
  { name: 'euler*', solver: euler, steps: (nfe) => nfe, unshifted: 'euler' },
  { name: 'ab2*', solver: () => adamsBashforth(2), steps: (nfe) => nfe, unshifted: 'ab2' },
  { name: 'ab3', solver: () => adamsBashforth(3), steps: (nfe) => nfe },
  { name: 'ipndm4', solver: () => ipndm(4), steps: (nfe) => nfe },
  { name: 'dpmpp2m', solver: dpmSolverPP, steps: (nfe) => nfe },
  { name: 'unipc2', solver: () => unipc(2), steps: (nfe) => nfe },
  { name: 'unipc3', solver: () => unipc(3), steps: (nfe) => nfe },
  // Two evaluations a step but one for the last.
  { name: 'heun', solver: heun, steps: (nfe) => Math.floor((nfe + 1) / 2) },
]

/** Every solver, the model's grid of so many steps shifted by each of {@link SHIFTS}. */
export function solverFamilies(grids: Grids, budgets: readonly number[]): readonly Family[] {
  return solvers.map(({ name, solver, steps, unshifted }) => ({
    name,
    candidates: budgets.flatMap((nfe) =>
      SHIFTS.map(
        (shift): Candidate => ({
          parameter: `shift ${shift.name}`,
          nfe,
          method: {
            name,
            schedule: shifted(grids.of(steps(nfe)), shift),
            options: () => ({ solver: solver() }),
            ...(shift.value === 1 && unshifted && { computation: `${unshifted}-${nfe}` }),
          },
        }),
      ),
    ),
  }))
}
