import { invalidArgument, isRecord } from '@fastflow/core'
import { checkMethods, checkNumber, checkNumbers, checkOneOf, shown } from '@fastflow/core/backend'
import type { Goal } from './goal.ts'
import type { DecisionRecord } from './record.ts'
import type { TargetState, Terms } from './terms.ts'

// What the functions that decide and learn are handed by callers of their own, such as studies of decision logs: whether it is
// what they take at all. Documents from outside have readers, which look at every field.

export function checkGoal(goal: Goal): void {
  const { metric, limit } = checkMethods('goal', goal, [], '{ metric, limit, confidence }')
  checkOneOf('goal.metric', metric, ['lpips', 'psnr'])
  checkNumber('goal.limit', limit, 0)
}

export function checkArms(field: string, arms: readonly number[]): void {
  if (checkNumbers(field, arms, 'numbers of evaluations').length > 0) return
  throw invalidArgument(field, 'is empty; pass the evaluations of every plan and of the full run')
}

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

/** A table, or none. */
export function checkTable(table: unknown, field = 'table'): void {
  if (table === undefined || (isRecord(table) && Array.isArray(table.runs))) return
  throw invalidArgument(field, `${shown(table)} is not what measureQuality returned`)
}
