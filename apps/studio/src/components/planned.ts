import { decisionsOf } from '@fastflow/core'
import { effortOf, entryOf } from '../state/plan.ts'
import type { State } from '../state/state.ts'

/** Decisions that the present effort will come to, as far as they are known before the run. */
export function plannedDecisions({ settings, knowledge }: State): string | undefined {
  const { numSteps } = settings
  const evaluations = effortOf(knowledge, settings)
  if (evaluations === undefined) return undefined
  if (evaluations >= numSteps) return 'C'.repeat(numSteps)
  const entry = entryOf(knowledge, evaluations)
  return entry && decisionsOf(entry, numSteps)
}
