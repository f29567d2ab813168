import type { Acceleration } from '../policy/acceleration.ts'
import type { PolicyPlaces } from '../policy/places.ts'
import type { RunKey } from '../task/run.ts'
import type { AutoAcceleration } from './options.ts'
import { openPlanned } from './planned.ts'

/**
 * Follows the stored or else the shipped plan where one fits, and plans from the first image where none does: what cannot be
 * read, is damaged or was made for something else is passed over, with a note.
 *
 * @throws FastFlowError `invalid-argument`.
 */
export async function openAuto(
  options: AutoAcceleration,
  run: RunKey,
  places: PolicyPlaces,
): Promise<Acceleration> {
  return openPlanned({ ...options, method: 'plan' }, run, places, true)
}
