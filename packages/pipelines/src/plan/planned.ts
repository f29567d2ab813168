import {
  type AbortSignalLike,
  createRecorder,
  FastFlowError,
  float32Space,
  type Plan,
  type PlanDocument,
  parsePlan,
  planRun,
  type Recorder,
} from '@fastflow/core'
import type { Acceleration, RunOptions, Sampled } from '../policy/acceleration.ts'
import {
  type FindOptions,
  type FoundPolicy,
  findPolicy,
  type PolicyPlaces,
  type UsablePolicy,
} from '../policy/places.ts'
import { sampleRun } from '../policy/sample-run.ts'
import type { RunKey } from '../task/run.ts'
import { budgetsFor, type ChosenPlan, choosePlan, hearsParts } from './choose.ts'
import { type PlanRunKey, planDigest, planKeyOf } from './key.ts'
import type { PlanAcceleration } from './options.ts'

const firstRunNote =
  'planning: there is no plan for these settings yet, so the first image evaluates every step and the plan for the next ones comes from it'

/** @returns what a run of another length or size is told whose model has plans for its own alone. */
function borrowedNote({ settings, defaults }: RunKey): string {
  const { numFrames, width, height } = { ...defaults, ...settings }
  const [what, own, kind] =
    numFrames === defaults.numFrames
      ? [`${width} x ${height} pixels`, `${defaults.width} x ${defaults.height}`, 'size']
      : [`${numFrames} frames`, `${defaults.numFrames}`, 'length']
  return `there is no plan for ${what}: the one for ${own} is followed, how well is not known; calibrate makes one for this ${kind}`
}

/**
 * Follows the given plan, or else the stored or shipped one; for clips of another length than the model's own, where there is
 * none, the one for its own. Where that is missing too, or a fidelity is asked for, which holds for one length alone, the first
 * image is an ordinary full run that is listened to; the plan comes from it at no evaluation of its own.
 *
 * A stored plan that cannot be used is passed over, with a note; so is the model's own where `isAuto`.
 *
 * @param isAuto whether the choice of a plan is ours, and to be told.
 * @throws FastFlowError `invalid-argument`, `policy-unreadable`, `policy-mismatch`.
 */
export async function openPlanned(
  options: PlanAcceleration,
  run: RunKey,
  places: PolicyPlaces,
  isAuto = false,
): Promise<Acceleration> {
  const key = planKeyOf(run)
  const notes: string[] = []
  const found = await findPlan(options, run, places, { notes, forgiving: isAuto })
  if (found === undefined) notes.push(firstRunNote)
  else if (found.borrowed) notes.push(borrowedNote(run))
  else if (isAuto) notes.push(`following ${found.source}`)
  let frontier: Plan | undefined
  let chosen: ChosenPlan | undefined
  let heard: Heard | undefined
  const use = (plan: Plan): void => {
    frontier = plan
    chosen = choosePlan(plan, options, run.guided)
    notes.push(...chosen.notes)
  }
  if (found) use(found.plan)
  return {
    notes,
    listens: () => chosen === undefined,
    async sample(runOptions) {
      if (chosen) return follow(found?.borrowed ? { ...chosen, entry: undefined } : chosen, runOptions)
      const { velocity, schedule, seed, solver } = runOptions
      const guided = hearsParts(options, run)
      const listener = createRecorder<unknown>({
        velocity,
        schedule,
        space: float32Space,
        seed,
        guided,
        ...(solver && { solver }),
      })
      const result = await sampleRun({ ...runOptions, velocity: listener.velocity })
      if (result.status.kind === 'completed') heard = { recorder: listener, signal: runOptions.signal }
      return result
    },
    document: () => undefined,
    plan: () => frontier?.document,
    async save() {
      if (heard === undefined) return
      const first = heard
      heard = undefined
      const plan = await planFrom(first, run, budgetsFor(options, run))
      use(plan)
      await places.store.save(planDigest(key), plan.document)
    },
  }
}

/** A full run that was listened to. */
export interface Heard {
  readonly recorder: Recorder<unknown>
  /** Of the run, and of what is computed from it. */
  readonly signal: AbortSignalLike | undefined
}

/** Plans from a full run that was served anyway, at no evaluation. @throws FastFlowError `aborted`. */
export async function planFrom(
  { recorder, signal }: Heard,
  run: RunKey,
  budgets: ReturnType<typeof budgetsFor>,
): Promise<Plan> {
  const { schedule, range } = run
  const { solver, ...key } = planKeyOf(run)
  return planRun(recorder, {
    schedule,
    range,
    key,
    ...(solver && { solver }),
    ...(signal && { signal }),
    ...budgets,
  })
}

/** A plan, and whether it was made for clips of another length. */
interface FoundPlan {
  readonly plan: Plan
  readonly source: string
  readonly borrowed: boolean
}

async function findPlan(
  options: PlanAcceleration,
  run: RunKey,
  places: PolicyPlaces,
  finding: Pick<FindOptions<Plan>, 'notes' | 'forgiving'>,
): Promise<FoundPlan | undefined> {
  const key = planKeyOf(run)
  const made = await planFor(options.plan, key, places, finding)
  if (made) return { plan: made.value, source: made.source, borrowed: false }
  const ownKey = { ...key, dims: run.ownDims }
  if (options.psnr !== undefined || planDigest(ownKey) === planDigest(key)) return undefined
  const own = await planFor(undefined, ownKey, places, finding)
  return own && { plan: own.value, source: own.source, borrowed: true }
}

/** The given plan, or the one that is found for this key. */
export async function planFor(
  plan: Plan | PlanDocument | undefined,
  key: PlanRunKey,
  places: PolicyPlaces,
  finding: Pick<FindOptions<Plan>, 'notes' | 'forgiving'>,
): Promise<UsablePolicy<Plan> | undefined> {
  if (plan !== undefined) return { value: readPlan({ document: plan, source: 'plan' }, key), source: 'plan' }
  return findPolicy(places, planDigest(key), { ...finding, read: (found) => readPlan(found, key) })
}

async function follow({ policy, entry }: ChosenPlan, options: RunOptions): Promise<Sampled> {
  const result = await sampleRun({ ...options, policy })
  return entry ? { ...result, quality: entry.quality } : result
}

/** The plan of a document from outside; errors say where it was found. */
export function readPlan({ document, source }: FoundPolicy, key: PlanRunKey): Plan {
  try {
    return parsePlan(document, key)
  } catch (cause) {
    if (!FastFlowError.isInstance(cause)) throw cause
    const { code, field } = cause
    const remedy = code === 'policy-mismatch' ? ", or run with the plan's settings" : ''
    const place = cause.message.startsWith(`${source}: `) ? '' : `${source}: `
    throw new FastFlowError({ code, field, message: `${place}${cause.message}${remedy}`, cause })
  }
}
