import {
  calibrate,
  invalidArgument,
  joinRecordings,
  type Plan,
  type PolicyStore,
  type Recordings,
} from '@fastflow/core'
import { attempt, teller } from '../notes.ts'
import { type RunSettings, runNames } from '../task/options.ts'
import type { RunKey } from '../task/run.ts'
import { planDigest, planKeyOf } from './key.ts'
import type { CalibrationOptions } from './options.ts'

/** Sigmas of two grids that are the same: float32 where they were recorded. */
const tolerance = 1e-6

/** Of options that go with runs that are made. */
const made = [
  'evaluations',
  'certify',
  'passes',
  'start',
  'prompts',
  'images',
  'checkpoint',
  'onCheckpoint',
] as const satisfies readonly (keyof CalibrationOptions)[]

/**
 * Plans from recorded runs of this model at no evaluation and stores the plan where `accelerate: 'plan'` finds it. Steps and guidance
 * are those of the runs, unless they are given.
 *
 * @param runOf what a run with these settings is.
 * @throws FastFlowError `invalid-argument` for runs of another grid, solver, guidance or size than the model's, naming the first
 *   difference, and for options of runs that are made.
 */
export async function planRecorded(
  runOf: (settings: RunSettings) => RunKey,
  options: CalibrationOptions,
  store: PolicyStore,
): Promise<Plan> {
  const { recorded, budgets, onProgress, onNote, signal, target } = options
  const odd = made.find((name) => options[name] !== undefined && options[name] !== 0)
  if (odd !== undefined) throw invalidArgument(odd, 'goes with runs that are made; leave it out, or recorded')
  if (target !== undefined && target !== 'baseline')
    throw invalidArgument('target', `${target} is not what the recorded runs are of; leave it out`)
  const recordings = joinRecordings(recorded!)
  const { schedule, guidance, runs } = recordings
  const steps = schedule.sigmas.length - 1
  const own = { numSteps: steps, ...(guidance !== null && { guidanceScale: guidance }) }
  const run = runOf({ ...own, ...settingsIn(options) })
  const key = planKeyOf(run)
  checkSame(recordings, run)
  await store.check?.()
  const { solver, ...planKey } = key
  const frontier = await calibrate({
    schedule: run.schedule,
    range: run.range,
    recorded: runs,
    evaluations: 0,
    key: planKey,
    ...(solver && { solver }),
    ...(budgets && { budgets }),
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
  })
  const notes: string[] = []
  await attempt(notes, 'the plan cannot be stored', () => store.save(planDigest(key), frontier.document))
  teller(notes, onNote)()
  return frontier
}

function settingsIn(options: CalibrationOptions): RunSettings {
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given.filter(([name]) => Object.hasOwn(runNames, name)))
}

function checkSame({ schedule, guidance, dims }: Recordings, run: RunKey): void {
  const [theirs, ours] = [schedule.sigmas, run.schedule.sigmas]
  const say = (what: string, fix: string): Error =>
    invalidArgument('recorded', `${what}; ${fix} as the runs had it`)
  if (theirs.length !== ours.length)
    throw say(`has ${theirs.length - 1} steps, not ${ours.length - 1}`, 'give numSteps and strength')
  const k = theirs.findIndex((sigma, index) => Math.abs(sigma - ours[index]!) > tolerance)
  if (k >= 0)
    throw say(
      `has sigma ${k} ${theirs[k]}, the model ${ours[k]}`,
      'give width, height, numFrames and strength',
    )
  if (guidance !== null && guidance !== run.guidanceScale)
    throw say(`has guidance ${guidance}, not ${run.guidanceScale}`, 'give guidanceScale')
  const sizeOf = (sizes: readonly number[]): number => sizes.reduce((size, count) => size * count, 1)
  if (dims !== null && sizeOf(dims) !== sizeOf(run.dims))
    throw say(
      `has latents of ${dims.join(' x ')}, not ${run.dims.join(' x ')}`,
      'give width, height and numFrames',
    )
}
