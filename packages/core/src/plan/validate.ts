import { checkOptions, type OptionNames } from '../check/options.ts'
import type { Velocity } from '../ports/velocity.ts'
import { sample } from '../sample/sample.ts'
import { checkCalibration } from './check-calibration.ts'
import { checkFrontier } from './check-frontier.ts'
import { compact, type PlanDocument, type PlanEntry } from './document.ts'
import { createFrontier, type Frontier } from './frontier.ts'
import { createLedger } from './ledger.ts'
import { type CalibrateOptions, settingsOf } from './options.ts'
import { planPolicy } from './plan-policy.ts'
import { psnrOf, summarise } from './quality.ts'
import { createTeachers } from './teachers.ts'

/** What validation reads of {@link CalibrateOptions}. */
export type ValidateOptions<T = Float32Array> = Pick<
  CalibrateOptions<T>,
  'velocity' | 'velocityOf' | 'noise' | 'space' | 'recorded' | 'runs' | 'seeds' | 'evaluations' | 'signal'
>

const names: OptionNames<ValidateOptions> = {
  velocity: true,
  velocityOf: true,
  noise: true,
  space: true,
  recorded: true,
  runs: true,
  seeds: true,
  evaluations: true,
  signal: true,
}

/**
 * Adds held-out runs to the quality of plans without changing them: each is followed from noises it has not seen and
 * compared with the full run. This is what certified targets ({@link Frontier.for}) live on.
 *
 * Cost per run: the full run (nothing where it is in `recorded`) and the evaluations of every plan. `evaluations` has
 * to cover it; it defaults to exactly that.
 *
 * @throws FastFlowError as {@link calibrate} does.
 */
export async function validatePlan<T = Float32Array>(
  plan: Frontier,
  options: ValidateOptions<T>,
): Promise<Frontier> {
  checkFrontier('plan', plan)
  checkOptions('options', options, names)
  const { key, calibration, plans, joint } = plan.document
  checkCalibration({ ...options, schedule: key.schedule })
  const entries = [...plans, ...(joint ?? [])]
  const walks = entries.reduce((sum, entry) => sum + entry.nfe, 0)
  const fresh = options.runs ?? options.seeds?.length ?? 0
  const oneRun = (key.schedule.sigmas.length - 1) * (key.target === 'exact' ? 5 : 1)
  const needed = fresh * oneRun + (fresh + (options.recorded?.length ?? 0)) * walks
  const evaluations = options.evaluations ?? needed
  const given = {
    ...options,
    schedule: key.schedule,
    target: key.target,
    range: calibration.range,
    runs: fresh,
  }
  const settings = settingsOf<T>({ ...given, evaluations })
  const { ledger, count } = createLedger<T>(settings.space, evaluations, 0, options.signal, () => {})
  const velocityOf = (seed: number): Velocity<T> =>
    count(options.velocityOf ? options.velocityOf(seed) : options.velocity!)
  const teachers = createTeachers(given, settings, velocityOf, () => {})
  const scores = entries.map((entry) => [...entry.scores])
  try {
    for (const run of await teachers.load()) {
      if (ledger.left < walks) break
      for (const [k, entry] of entries.entries()) {
        const policy = planPolicy(key.schedule.sigmas, entry)
        const { schedule, space } = settings
        const { x } = await sample({
          schedule,
          space,
          velocity: velocityOf(run.seed),
          x: run.states[0]!,
          policy,
        })
        scores[k]!.push(
          compact(
            psnrOf(await settings.space.meanSquaredDifference(x, run.states.at(-1)!), settings.range),
            4,
          ),
        )
        settings.space.release(x)
      }
    }
  } finally {
    teachers.release()
  }
  const spent = calibration.evaluations + ledger.spent
  const document: PlanDocument = {
    ...plan.document,
    calibration: {
      ...calibration,
      seeds: [...new Set([...calibration.seeds, ...teachers.seeds])],
      evaluations: spent,
      fullGenerations: compact(spent / settings.numSteps, 4),
      borrowed: calibration.borrowed + settings.recorded.reduce((sum, run) => sum + run.nfe, 0),
    },
    plans: plans.map((entry, k) => withScores(entry, scores[k]!)),
    ...(joint && { joint: joint.map((entry, k) => withScores(entry, scores[plans.length + k]!)) }),
  }
  return createFrontier(document)
}

function withScores(entry: PlanEntry, scores: readonly number[]): PlanEntry {
  return { ...entry, scores, quality: scores.length > 0 ? summarise(scores, 'held-out') : entry.quality }
}
