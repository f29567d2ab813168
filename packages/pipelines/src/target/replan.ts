import { calibrate, createRecorder, float32Space, type Recorder } from '@fastflow/core'
import type { Acceleration, RunOptions } from '../generate/acceleration.ts'
import { sampleRun } from '../generate/sample-run.ts'
import { budgetsFor } from '../plan/choose.ts'
import { planDigest, planKeyOf } from '../plan/key.ts'
import type { RunKey } from '../policy/document.ts'
import type { PolicyPlaces } from '../policy/places.ts'

/** Hears a full run, so that plans can come from it. */
export function listen({ velocity, schedule, seed }: RunOptions): Recorder<unknown> {
  return createRecorder<unknown>({ velocity, schedule, space: float32Space, seed })
}

/** Plans from a full run that was served anyway, at no evaluation, and stores them where the next call finds them. */
export async function replan(
  { run, places }: { readonly run: RunKey; readonly places: PolicyPlaces },
  recorder: Recorder<unknown>,
): Promise<void> {
  const { schedule, range } = run
  const recorded = [await recorder.finish()]
  const key = planKeyOf(run)
  const plan = await calibrate({ schedule, range, recorded, evaluations: 0, key, ...budgetsFor({}, run) })
  await places.store.save(planDigest(key), plan.document)
}

/** There is nothing to choose from yet: the full run, and its plans for the next call. */
export function openUnplanned(run: RunKey, places: PolicyPlaces): Acceleration {
  let recorder: Recorder<unknown> | undefined
  const notes = [
    'every step is evaluated: there is no plan for these settings yet, it comes from the first image',
  ]
  return {
    notes,
    listens: () => true,
    async sample(options) {
      const listener = listen(options)
      const result = await sampleRun({ ...options, velocity: listener.velocity })
      if (result.status.kind === 'completed') recorder ??= listener
      return result
    },
    document: () => undefined,
    plan: () => undefined,
    async save() {
      if (recorder === undefined || notes.length > 1) return
      await replan({ run, places }, recorder)
      notes.push('planned from the first image: measure the quality of these plans to accelerate')
    },
  }
}
