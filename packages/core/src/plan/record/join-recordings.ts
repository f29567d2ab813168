import { checkMethods, isNumbers } from '../../check/values.ts'
import { invalidArgument } from '../../errors.ts'
import type { Schedule } from '../../schedule/schedule.ts'
import { euler } from '../../solver/euler.ts'
import type { StoredTrajectory } from './parse-trajectory.ts'
import { uniteRuns } from './unite-runs.ts'

/** Recorded runs that belong together: of one grid, solver, guidance and size. What a plan from them is to be tied to. */
export interface Recordings {
  readonly schedule: Schedule
  /** Name of the solver of the full run; missing where that is Euler. */
  readonly solver?: string
  readonly guidance: number | null
  readonly dims: readonly number[] | null
  /** Each run once, by seed: the same list in whatever order they came, and from however many machines. */
  readonly runs: readonly StoredTrajectory[]
  /** Positions, in what was given, of runs that are there already. */
  readonly repeated: readonly number[]
}

/** Sigmas of two grids that are the same: float32 where they were recorded, nine digits in the file. */
const tolerance = 1e-6

/**
 * Puts recorded runs together, of one machine or of several, for {@link calibrate} to plan from. Pure; the order and the way
 * the runs were shared out change nothing, and a run that comes twice counts once.
 *
 * @param names what errors call each run, such as its file; `recorded[0]`, ... when omitted.
 * @throws FastFlowError `invalid-argument` naming the run that does not belong to the first and the first difference, and for
 *   two different runs of one seed.
 */
export function joinRecordings(
  recorded: readonly StoredTrajectory[],
  names: readonly string[] = [],
): Recordings {
  if (!Array.isArray(recorded) || recorded.length === 0)
    throw invalidArgument('recorded', 'holds no run; pass a list of what parseTrajectory returned')
  if (!Array.isArray(names)) throw invalidArgument('names', 'is not a list; pass one name a run, or none')
  const nameOf = (n: number): string => names[n] ?? `recorded[${n}]`
  for (const [n, run] of recorded.entries()) checkRun(nameOf(n), run)
  for (const [n, run] of recorded.entries()) {
    const difference = differenceOf(run, recorded[0]!)
    if (difference !== undefined)
      throw invalidArgument(
        nameOf(n),
        `does not belong to ${nameOf(0)}: ${difference}; plan from each apart, or leave one out`,
      )
  }
  const { runs, repeated } = uniteRuns(recorded, nameOf)
  const { schedule, solver, guidance, dims } = runs[0]!
  return { schedule, ...(solver !== undefined && { solver }), guidance, dims, runs, repeated }
}

function checkRun(name: string, run: StoredTrajectory): void {
  checkMethods(name, run, [], 'a run, as parseTrajectory returns it')
  if (!isNumbers(run.gram) || !isNumbers(run.schedule?.sigmas))
    throw invalidArgument(name, 'has no schedule or no inner products; pass what parseTrajectory returned')
}

function differenceOf(run: StoredTrajectory, first: StoredTrajectory): string | undefined {
  const [own, theirs] = [run.schedule.sigmas, first.schedule.sigmas]
  if (own.length !== theirs.length) return `it has ${own.length - 1} steps, not ${theirs.length - 1}`
  const k = own.findIndex((sigma, step) => Math.abs(sigma - theirs[step]!) > tolerance)
  if (k >= 0) return `its sigma ${k} is ${own[k]}, not ${theirs[k]}`
  const [made, expected] = [run.solver ?? euler().name, first.solver ?? euler().name]
  if (made !== expected) return `its solver is ${made}, not ${expected}`
  if (run.guidance !== first.guidance) return `its guidance is ${run.guidance}, not ${first.guidance}`
  const [size, other] = [run.dims?.join(' x '), first.dims?.join(' x ')]
  if (size !== other) return `its latents are ${size ?? 'of unknown size'}, not ${other ?? 'that'}`
  return undefined
}
