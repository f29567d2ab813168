import {
  calibrate,
  createRecorder,
  FastFlowError,
  type Frontier,
  float32Space,
  parsePlan,
  type Recorder,
  sample,
} from '@fastflow/core'
import type { Acceleration, RunOptions, Sampled } from '../generate/acceleration.ts'
import type { PlanAcceleration } from '../generate/options.ts'
import type { RunKey } from '../policy/document.ts'
import { type FoundPolicy, findPolicy, type PolicyPlaces } from '../policy/places.ts'
import { budgetsFor, type ChosenPlan, choosePlan, hearsParts } from './choose.ts'
import { type PlanRunKey, planDigest, planKeyOf } from './key.ts'

const firstRunNote =
  'planning: there is no plan for these settings yet, so the first image evaluates every step and the plan for the next ones comes from it'

/**
 * Follows the given plan, or else the stored or shipped one. Where there is none, the first image is an ordinary full
 * run that is listened to; the plan comes from it at no evaluation of its own.
 *
 * @throws FastFlowError `invalid-argument`, `policy-unreadable`, `policy-mismatch`.
 */
export async function openPlanned(
  options: PlanAcceleration,
  run: RunKey,
  places: PolicyPlaces,
): Promise<Acceleration> {
  const key = planKeyOf(run)
  const digest = planDigest(key)
  const found = options.plan ? { document: options.plan, source: 'plan' } : await findPolicy(places, digest)
  const notes: string[] = found ? [] : [firstRunNote]
  let frontier: Frontier | undefined
  let chosen: ChosenPlan | undefined
  let recorder: Recorder<unknown> | undefined
  const use = (plan: Frontier): void => {
    frontier = plan
    chosen = choosePlan(plan, options, run.guided)
    notes.push(...chosen.notes)
  }
  if (found) use(readPlan(found, key))
  return {
    notes,
    listens: () => chosen === undefined,
    async sample(runOptions) {
      if (chosen) return follow(chosen, runOptions)
      const { velocity, schedule, seed } = runOptions
      const guided = hearsParts(options, run)
      const listener = createRecorder<unknown>({ velocity, schedule, space: float32Space, seed, guided })
      const result = await sample({ ...runOptions, velocity: listener.velocity })
      if (result.status.kind === 'completed') recorder = listener
      return result
    },
    document: () => undefined,
    plan: () => frontier?.document,
    async save() {
      if (recorder === undefined) return
      const recorded = [await recorder.finish()]
      recorder = undefined
      const { schedule, range } = run
      const budgets = budgetsFor(options, run)
      const plan = await calibrate({ schedule, range, recorded, evaluations: 0, key, ...budgets })
      use(plan)
      await places.store.save(digest, plan.document)
    },
  }
}

async function follow({ policy, entry }: ChosenPlan, options: RunOptions): Promise<Sampled> {
  const result = await sample({ ...options, policy })
  return entry ? { ...result, quality: entry.quality } : result
}

/** The plan of a document from outside; errors say where it was found. */
export function readPlan({ document, source }: FoundPolicy, key: PlanRunKey): Frontier {
  try {
    return parsePlan(document, key)
  } catch (cause) {
    if (!FastFlowError.isInstance(cause)) throw cause
    const { code, field } = cause
    const remedy = code === 'policy-mismatch' ? ", or run with the plan's settings" : ''
    throw new FastFlowError({ code, field, message: `${source}: ${cause.message}${remedy}`, cause })
  }
}
