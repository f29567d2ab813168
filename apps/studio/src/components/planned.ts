import { choiceOf, entryOf } from '../state/plan.ts'
import type { State } from '../state/state.ts'

/** Decisions that the present effort will come to, as far as they are known before the run. */
export function plannedDecisions({ settings, knowledge }: State): string | undefined {
  const { mode, nfe, numSteps } = settings
  if (mode === 'learn') return undefined
  const evaluations = mode === 'quality' ? choiceOf(knowledge, settings)?.nfe : nfe
  if (evaluations === undefined) return undefined
  if (evaluations >= numSteps) return 'C'.repeat(numSteps)
  const entry = entryOf(knowledge, evaluations)
  if (entry === undefined) return undefined
  const nodes = new Set(entry.nodes)
  return Array.from({ length: numSteps }, (_, step) => (nodes.has(step) ? 'C' : 'S')).join('')
}
