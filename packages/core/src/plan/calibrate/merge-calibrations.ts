import { invalidArgument } from '../../errors.ts'
import { sameJson } from '../../json/brief.ts'
import { uniteRuns } from '../record/unite-runs.ts'
import { nameOf } from '../search/candidate.ts'
import type { Trial } from '../search/trial.ts'
import { type Checkpoint, checkCheckpoint } from './checkpoint.ts'

/**
 * Puts together what several machines have made of one calibration. Pure; associative and commutative: how the runs were
 * shared out and the order of the checkpoints change nothing. {@link recordedRuns} of the result, planned without an
 * evaluation, make the plan that one machine with all runs makes, to the last bit.
 *
 * Runs are united, one that comes twice counts once. Walked schedules are fitted and scored on the runs of their machine, so they are kept
 * where these are all the runs that there are: machines that share their seeds and divide the budgets lose nothing. Evaluations add up, so
 * hand in every checkpoint once; plans that were being certified are planned anew.
 *
 * @throws FastFlowError `policy-unreadable` for a malformed checkpoint, `invalid-argument` naming the first that is of another grid,
 *   target, solver, depth, ridge, range or number of parts, and for different runs of one seed.
 */
export function mergeCalibrations(first: Checkpoint, ...others: readonly Checkpoint[]): Checkpoint {
  const all = [first, ...others]
  for (const [n, checkpoint] of all.entries()) check(checkpoint, first, n)
  const { version, sigmas, target, solver, depth, ridge, range, parts } = first
  const owners = all.flatMap(({ runs }, n) => runs.map(() => `calibrations[${n}]`))
  const { runs } = uniteRuns(
    all.flatMap((one) => one.runs),
    (position) => owners[position]!,
  )
  const whole = all.filter((one) => uniteRuns(one.runs, () => 'runs').runs.length === runs.length)
  const terms = {
    version,
    sigmas,
    target,
    ...(solver !== undefined && { solver }),
    depth,
    ridge,
    range,
    parts,
  }
  return {
    ...terms,
    spent: all.reduce((sum, { spent }) => sum + spent, 0),
    runs,
    floor: floorOf(all),
    trials: distinctTrials(whole.flatMap(({ trials }) => trials)),
  }
}

function check(checkpoint: Checkpoint, first: Checkpoint, n: number): void {
  checkCheckpoint(checkpoint, checkpoint)
  for (const field of ['sigmas', 'target', 'solver', 'depth', 'ridge', 'range', 'parts'] as const)
    if (!sameJson(checkpoint[field], first[field]))
      throw invalidArgument(
        `calibrations[${n}].${field}`,
        `differs from that of the first; merge calibrations of the same options`,
      )
}

/** All that was measured, in an order of its own; undefined where nothing has been. */
function floorOf(all: readonly Checkpoint[]): Checkpoint['floor'] {
  const floors = all.flatMap(({ floor }) => floor ?? [])
  const sorted = (scores: readonly number[]): number[] => [...scores].sort((a, b) => a - b)
  if (floors.length === 0) return undefined
  return {
    fewerSteps: sorted(floors.flatMap(({ fewerSteps }) => fewerSteps)),
    exact: sorted(floors.flatMap(({ exact }) => exact)),
  }
}

function distinctTrials(trials: readonly Trial[]): Trial[] {
  const byText = new Map(trials.map((trial) => [`${nameOf(trial)} ${JSON.stringify(trial)}`, trial]))
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, trial]) => trial)
}
