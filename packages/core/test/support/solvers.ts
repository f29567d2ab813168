import {
  adamsBashforth,
  createSchedule,
  dpmSolverPP,
  euler,
  ipndm,
  linearSchedule,
  type Schedule,
  type Solver,
  shiftedSchedule,
  unipc,
} from '@fastflow/core'

/** Solvers of one evaluation a step, as pipelines come with them. */
export const solvers: readonly Solver[] = [
  euler(),
  adamsBashforth(2),
  adamsBashforth(4),
  ipndm(4),
  dpmSolverPP(),
  unipc(2),
  unipc(3),
]

const from = (first: number): Schedule =>
  createSchedule(`from ${first}`, [first, ...shiftedSchedule(20, 3).sigmas.slice(1)])

/** Grids as schedulers make them: some begin a little below sigma 1. */
export const grids: readonly Schedule[] = [
  linearSchedule(20),
  shiftedSchedule(20, 3),
  from(0.999999),
  from(0.99967),
]

/** Every solver on every grid. */
export const baselines: readonly {
  readonly name: string
  readonly solver: Solver
  readonly grid: Schedule
}[] = solvers.flatMap((solver) =>
  grids.map((grid) => ({ name: `${solver.name} on ${grid.name}`, solver, grid })),
)
