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
  if (options.velocity === undefined && options.velocityOf === undefined) {
    throw invalidArgument('velocity', 'needed unless evaluations is 0')
  }
  if (options.noise === undefined && (certified || (options.recorded ?? []).length === 0)) {
    throw invalidArgument('noise', 'needed unless there are recorded runs')
  }
}

/** @throws FastFlowError `invalid-argument` for a run by another solver. */
export function checkRecordedBy<T>(
  recorded: readonly Trajectory<T>[],
  target: PlanTarget,
  solver: Solver,
): void {
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
