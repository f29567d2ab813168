import { invalidArgument, isRecord } from '@fastflow/core'
import { shown } from '@fastflow/core/backend'
import { checkArms, checkGoal } from './check-beginning.ts'
import type { DecisionRecord } from './record.ts'
import type { TargetState, Terms } from './terms.ts'

// What the functions that decide and learn are handed by callers of their own, such as studies of decision logs: whether it is
// what they take at all. Documents from outside have readers, which look at every field.

export function checkTerms(terms: Terms): void {
  if (!isRecord(terms) || !isRecord(terms.learner))
    throw invalidArgument('terms', `${shown(terms)} is not what createTerms returned`)
  checkGoal(terms.goal)
  checkArms('terms.arms', terms.arms)
}

export function checkTargetState(state: TargetState): void {
  if (isRecord(state) && Array.isArray(state.online) && Array.isArray(state.taken)) return
  throw invalidArgument('state', `${shown(state)} is not a state of initTargetState or updateTargetState`)
}

export function checkRecord(record: DecisionRecord): void {
  if (isRecord(record) && Array.isArray(record.scores) && Array.isArray(record.choices)) return
  throw invalidArgument('record', `${shown(record)} is not a decision; pass what parseRecord returned`)
}
