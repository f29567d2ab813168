import { FastFlowError } from '@fastflow/core'
import type { Acceleration } from '../generate/acceleration.ts'
import type { AutoAcceleration } from '../generate/options.ts'
import type { RunKey } from '../policy/document.ts'
import { findPolicy, type PolicyPlaces } from '../policy/places.ts'
import { planDigest, planKeyOf } from './key.ts'
import { openPlanned } from './planned.ts'

/**
 * Follows the stored or shipped plan where one fits, and plans from the first image where none does or where it cannot be used:
 * what is damaged or was made for something else is passed over, with a note, and replaced.
 *
 * @throws FastFlowError `invalid-argument`.
 */
export async function openAuto(
  options: AutoAcceleration,
  run: RunKey,
  places: PolicyPlaces,
): Promise<Acceleration> {
  const planned = { ...options, method: 'plan' } as const
  try {
    const acceleration = await openPlanned(planned, run, places)
    const found = await findPolicy(places, planDigest(planKeyOf(run)))
    const notes = found ? [`following ${found.source}`] : []
    return withNotes(notes, acceleration)
  } catch (error) {
    if (!FastFlowError.isInstance(error) || !error.code.startsWith('policy-')) throw error
    return withNotes([`passed over: ${error.message}`], await openPlanned(planned, run, emptied(places)))
  }
}

/** Notes of an acceleration grow while it plans. */
function withNotes(first: readonly string[], acceleration: Acceleration): Acceleration {
  return {
    ...acceleration,
    get notes() {
      return [...first, ...acceleration.notes]
    },
  }
}

/** Places where nothing is found but plans can be saved. */
function emptied({ store, folder }: PolicyPlaces): PolicyPlaces {
  return {
    store: { version: 1, load: async () => undefined, save: (key, document) => store.save(key, document) },
    folder: { ...folder, has: async () => false },
  }
}
