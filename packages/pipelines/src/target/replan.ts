import { createRecorder, float32Space, type Recorder } from '@fastflow/core'
import { budgetsFor } from '../plan/choose.ts'
import { planDigest, planKeyOf } from '../plan/key.ts'
import { type Heard, planFrom } from '../plan/planned.ts'
import type { Acceleration, RunOptions } from '../policy/acceleration.ts'
import type { PolicyPlaces } from '../policy/places.ts'
import { sampleRun } from '../policy/sample-run.ts'
import type { RunKey } from '../task/run.ts'

/** Hears a full run, so that plans can come from it. */
export function listen({ velocity, schedule, seed, solver }: RunOptions): Recorder<unknown> {
  return createRecorder<unknown>({ velocity, schedule, space: float32Space, seed, ...(solver && { solver }) })
}

/**
 * Plans from a full run that was served anyway, at no evaluation, and stores them where the next call finds them.
 *
 * @throws FastFlowError `aborted`.
 */
export async function replan(
  { run, places }: { readonly run: RunKey; readonly places: PolicyPlaces },
  heard: Heard,
): Promise<void> {
  const plan = await planFrom(heard, run, budgetsFor({}, run))
  await places.store.save(planDigest(planKeyOf(run)), plan.document)
}

/** There is nothing to choose from yet: the full run, and its plans for the next call. */
export function openUnplanned(run: RunKey, places: PolicyPlaces, notes: string[]): Acceleration {
  let heard: Heard | undefined
  let planned = false
  notes.push(
    'every step is evaluated: there is no plan for these settings yet, it comes from the first image',
  )
  return {
    notes,
    listens: () => true,
    async sample(options) {
      const listener = listen(options)
      const result = await sampleRun({ ...options, velocity: listener.velocity })
      if (result.status.kind === 'completed') heard ??= { recorder: listener, signal: options.signal }
      return result
    },
    document: () => undefined,
    plan: () => undefined,
    async save() {
      if (heard === undefined || planned) return
      await replan({ run, places }, heard)
      planned = true
      notes.push('planned from the first image: measure the quality of these plans to accelerate')
    },
  }
}
