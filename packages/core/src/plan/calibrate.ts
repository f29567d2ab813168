import { checkOptions } from '../check/options.ts'
import type { Velocity } from '../ports/velocity.ts'
import { assemble } from './assemble.ts'
import type { Weighting } from './candidates.ts'
import { calibrateNames } from './check-calibration.ts'
import { checkCheckpoint } from './checkpoint.ts'
import { measureFloor } from './floor.ts'
import type { Frontier } from './frontier.ts'
import { createLedger } from './ledger.ts'
import { type CalibrateOptions, type CalibrationProgress, type Settings, settingsOf } from './options.ts'
import { planAll, rehearsalOptions } from './plan-all.ts'
import { leaveOneOut } from './rehearse.ts'
import { createTeachers, type Teachers } from './teachers.ts'
import { elementsOf } from './trajectory.ts'
import { createTrials, type Trial, type Trials } from './trials.ts'
import { filledSlot, openSlot, subtract } from './two-parts.ts'
import { type JumpSetup, priorRule } from './visit.ts'
import { createWalker, type Evaluated, type Walker } from './walker.ts'

/**
 * Plans a frontier of skip policies for one model, schedule and guidance.
 *
 * Records a few full runs; their Gram matrices price every jump between any two steps, so that dynamic programming
 * gives schedules for all budgets. Those and fixed grids are then tried on the network, their weights fitted on the
 * way, within one stated number of evaluations for all budgets together; what is left improves the winners node by
 * node. With `recorded` runs and `evaluations: 0` the plan comes from ordinary generations at no evaluation at all.
 *
 * Cost: at most `evaluations` (default 20 T), counted exactly and reported in the document; planning itself takes well
 * under a second for T = 50. Memory: T states a calibration run, and the velocities of the schedules being compared.
 *
 * @throws FastFlowError `invalid-argument` for options that do not fit together, `policy-mismatch` for a plan to start from
 *   that was made for something else, `non-finite-velocity`, and `aborted` when cancelled: hand the last checkpoint in to go on.
 */
export async function calibrate<T = Float32Array>(options: CalibrateOptions<T>): Promise<Frontier> {
  checkOptions('options', options, calibrateNames)
  const settings = settingsOf(options)
  const { checkpoint } = options
  if (checkpoint !== undefined) checkCheckpoint(checkpoint, settings)
  let stage: Pick<CalibrationProgress, 'stage' | 'budget'> = { stage: 'record' }
  const report = (): void =>
    options.onProgress?.({ ...stage, evaluations: ledger.spent, limit: ledger.limit })
  const spentBefore = checkpoint?.spent ?? 0
  const { ledger, count } = createLedger<T>(
    settings.space,
    settings.evaluations,
    spentBefore,
    options.signal,
    report,
  )
  const velocityOf = (seed: number): Velocity<T> =>
    count(options.velocityOf ? options.velocityOf(seed) : options.velocity!)

  let done: readonly Trial[] = checkpoint?.trials ?? []
  let floor = checkpoint?.floor
  const teachers: Teachers<T> = createTeachers(options, settings, velocityOf, () => save())
  const save = (): void => {
    const { sigmas, target, depth, ridge, range, parts } = settings
    const position = { spent: ledger.spent, runs: teachers.known(), floor, trials: done }
    options.onCheckpoint?.({ version: 3, sigmas, target, depth, ridge, range, parts, ...position })
  }
  let trials: Trials | undefined
  try {
    await teachers.prepare()
    stage = { stage: 'floor' }
    floor ??= await measureFloor(settings, teachers, velocityOf, ledger)
    save()
    trials = createTrials({
      walkerOf: (weighting) => openWalker(settings, teachers, velocityOf, weighting),
      runs: teachers.seeds.length,
      setup: () => teachers.missing(),
      ledger,
      range: settings.range,
      known: done,
      onTrial: () => {
        done = trials!.done
        save()
      },
    })
    const onStage = (next: CalibrationProgress['stage'], budget: number): void => {
      stage = { stage: next, budget }
      report()
    }
    const { grams } = teachers
    const found = await planAll({ options, settings, grams, trials, ledger, onStage })
    stage = { stage: 'done' }
    report()
    return assemble({ options, settings, teachers, found, floor, spent: ledger.spent })
  } finally {
    trials?.retain([])
    teachers.release()
  }
}

/** Prepares walking with the network: loads the runs and gives every evaluation a vector of its own. */
async function openWalker<T>(
  settings: Settings<T>,
  teachers: Teachers<T>,
  velocityOf: (seed: number) => Velocity<T>,
  { mode, parts, response }: Weighting,
): Promise<Walker> {
  const { space, sigmas, depth, ridge, target } = settings
  const runs = await teachers.load()
  const elements = await elementsOf(space, runs[0]!.states[0]!)
  const setup: JumpSetup<T> = {
    space,
    sigmas,
    elements,
    runs,
    prior: priorRule(target),
    depth,
    parts,
    fit: { ridge },
  }
  const velocities = runs.map((run) => velocityOf(run.seed))
  const evaluate = async (n: number, x: T, index: number, conditional: boolean): Promise<Evaluated<T>> => {
    const out = space.allocate(x)
    const branch = conditional ? 'conditional' : 'both'
    const guidance = parts === 2 && !conditional ? openSlot(space, x) : undefined
    const call = { index, branch, guidance, signal: undefined, out } as const
    const v = await velocities[n]!(x, sigmas[index]!, call)
    if (v !== out) space.linearCombination(out, [{ weight: 1, vector: v }])
    if (guidance === undefined) return { velocity: out }
    const term = filledSlot(guidance)
    subtract(space, out, term)
    return { velocity: out, guidance: term }
  }
  const rehearsals = leaveOneOut(rehearsalOptions(settings, teachers.grams, { parts, response }))
  return createWalker({ ...setup, mode, rehearsals, evaluate })
}
