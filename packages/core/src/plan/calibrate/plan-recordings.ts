import { checkOptions, type OptionNames } from '../../check/options.ts'
import { checkMethods } from '../../check/values.ts'
import { solverNamed } from '../../solver/solver-named.ts'
import type { Plan } from '../document/frontier.ts'
import type { Recordings } from '../record/join-recordings.ts'
import { calibrate } from './calibrate.ts'
import type { CalibrateOptions } from './options.ts'

/** What can be said of a plan from recordings; the rest they say themselves. */
export type PlanRecordingsOptions = Pick<
  CalibrateOptions,
  'budgets' | 'depth' | 'ridge' | 'range' | 'signal' | 'onProgress'
>

const names: OptionNames<PlanRecordingsOptions> = {
  budgets: true,
  depth: true,
  ridge: true,
  range: true,
  signal: true,
  onProgress: true,
}

/**
 * Plans from recorded runs alone: grid, solver, guidance and size are theirs. Cost: no evaluation, and no model is needed; the
 * quality that comes with the plans is `rehearsed`, several dB too rosy.
 *
 * @throws FastFlowError `invalid-argument` naming the option, and for recordings of a solver that is not known here; `aborted`.
 */
export async function planRecordings(
  recordings: Recordings,
  options: PlanRecordingsOptions = {},
): Promise<Plan> {
  checkMethods('recordings', recordings, [], 'what joinRecordings returned')
  checkOptions('options', options, names)
  const { schedule, solver, guidance, dims, runs } = recordings
  return calibrate({
    ...options,
    schedule,
    recorded: runs,
    evaluations: 0,
    key: { guidance, dims },
    ...(solver !== undefined && { solver: solverNamed(solver) }),
  })
}
