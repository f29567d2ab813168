import { invalidArgument } from '../../errors.ts'
import { isRecord } from '../../json/json.ts'
import { euler } from '../../solver/euler.ts'
import { namedSolver } from '../../solver/named-solver.ts'
import type { Solver } from '../../solver/solver.ts'
import { parsePlan } from '../document/parse.ts'
import type { PlanTarget } from '../price/increments.ts'
import type { Trajectory } from '../record/trajectory.ts'
import { type CalibrateOptions, keepsAll } from './options.ts'

export function checkSources<T>(options: CalibrateOptions<T>, evaluations: number): void {
  const certified = options.certify !== undefined
  if (evaluations === 0 && !certified) return
  checkLatents(options.recorded ?? [], evaluations)
  if (options.velocity === undefined && options.velocityOf === undefined) {
    throw invalidArgument('velocity', 'needed unless evaluations is 0')
  }
  if (options.noise === undefined && (certified || (options.recorded ?? []).length === 0)) {
    throw invalidArgument('noise', 'needed unless there are recorded runs')
  }
}

/** Following a plan with the network takes the noise that a recorded run began with. */
function checkLatents<T>(recorded: readonly Trajectory<T>[], evaluations: number): void {
  const bare = evaluations === 0 ? -1 : recorded.findIndex((run) => run.states.length === 0)
  if (bare < 0) return
  const fix = 'pass evaluations: 0, or record it with latents'
  throw invalidArgument(`recorded[${bare}]`, `holds no states, only inner products; ${fix}`)
}

/** @throws FastFlowError `invalid-argument` for a run on a grid of other length, or by another solver. */
export function checkRecordedBy<T>(
  recorded: readonly Trajectory<T>[],
  numSteps: number,
  target: PlanTarget,
  solver: Solver,
): void {
  const other = recorded.findIndex(({ gram }) => ![numSteps ** 2, 4 * numSteps ** 2].includes(gram.length))
  if (other >= 0) {
    const message = `is not a run of the ${numSteps} steps of the schedule; calibrate with the schedule it was recorded on`
    throw invalidArgument(`recorded[${other}]`, message)
  }
  const wanted = target === 'baseline' ? namedSolver(solver).solver : undefined
  const odd = recorded.findIndex((run) => run.solver !== wanted)
  if (odd < 0) return
  const made = recorded[odd]!.solver ?? euler().name
  throw invalidArgument(`recorded[${odd}]`, `is a run of ${made}, this calibration is for ${solver.name}`)
}

/** Kept plans and new ones share a key. @throws FastFlowError `policy-mismatch`, `invalid-argument`. */
export function checkStart<T>(
  { start, schedule, solver = euler(), key }: CalibrateOptions<T>,
  target: PlanTarget,
  depth: number,
): void {
  if (start === undefined) return
  if (!isRecord(start) || !isRecord(start.document))
    throw invalidArgument('start', 'holds no plan; pass what calibrate or parsePlan returned')
  const { basis } = parsePlan(start.document, { ...key, schedule, target, solver }).document.key
  if (basis.depth === depth) return
  throw invalidArgument('depth', `${depth} is not the ${basis.depth} of the plan to start from`)
}

/** @throws FastFlowError `invalid-argument` for budgets that would have to be planned without an evaluation. */
export function checkKept<T>(options: CalibrateOptions<T>): void {
  if (!keepsAll(options)) return
  const { start, budgets = [], passes = [] } = options
  const lacking = budgets.find((nfe) => !start!.budgets.includes(nfe))
  if (lacking !== undefined)
    throw invalidArgument(
      'budgets',
      `${lacking} is not in the plan to start from; planning it takes evaluations`,
    )
  const missing = passes.find((count) => !start!.passes.includes(count))
  if (missing !== undefined)
    throw invalidArgument(
      'passes',
      `${missing} are not in the plan to start from; planning them takes evaluations`,
    )
}
