import { invalidArgument, isRecord } from '@fastflow/core'
import { checkNumbers, isSequence, shown } from '@fastflow/core/backend'
import type { DecisionRecord } from '@fastflow/pipelines'

/** Decisions of one log, with what judging a policy reads of them. @throws FastFlowError `invalid-argument`. */
export function checkRecords(records: readonly DecisionRecord[]): void {
  if (!Array.isArray(records))
    throw invalidArgument(
      'records',
      `${shown(records)} is not a list of decisions; pass those of parseDecisions`,
    )
  for (const record of records) {
    if (isDecision(record)) continue
    throw invalidArgument('records', `${shown(record)} is not a decision; pass those of parseDecisions`)
  }
}

function isDecision(value: unknown): boolean {
  if (!isRecord(value) || !isSequence(value.arms) || !Array.isArray(value.choices)) return false
  const { reward, propensity, choices } = value
  const isFigures = (reward === null || typeof reward === 'number') && typeof propensity === 'number'
  return isFigures && choices.length > 0 && choices.every(isChoice)
}

function isChoice(value: unknown): boolean {
  if (!isRecord(value)) return false
  return isSequence(value.context) && isSequence(value.among) && isSequence(value.taken)
}

/** Evaluations of the plans of a log. @throws FastFlowError `invalid-argument`. */
export function checkArms(arms: readonly number[]): void {
  if (checkNumbers('arms', arms, 'numbers of evaluations').length > 0) return
  throw invalidArgument('arms', 'is empty; pass the arms of a log')
}
