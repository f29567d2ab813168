import { invalidArgument, isRecord } from '@fastflow/core'
import { checkMethods, checkNumber, checkNumbers, checkOneOf, shown } from '@fastflow/core/backend'
import type { Goal } from './goal.ts'
import type { QualityTable } from './quality-table.ts'

/** What learning begins with. @throws FastFlowError `invalid-argument`. */
export function checkBeginning(goal: Goal, arms: readonly number[], table: QualityTable | undefined): void {
  checkGoal(goal)
  checkArms('arms', arms)
  checkTable(table)
}

export function checkGoal(goal: Goal): void {
  const { metric, limit } = checkMethods('goal', goal, [], '{ metric, limit, confidence }')
  checkOneOf('goal.metric', metric, ['lpips', 'psnr'])
  checkNumber('goal.limit', limit, 0)
}

export function checkArms(field: string, arms: readonly number[]): void {
  if (checkNumbers(field, arms, 'numbers of evaluations').length > 0) return
  throw invalidArgument(field, 'is empty; pass the evaluations of every plan and of the full run')
}

/** A table, or none. */
export function checkTable(table: unknown, field = 'table'): void {
  if (table === undefined || (isRecord(table) && Array.isArray(table.runs))) return
  throw invalidArgument(field, `${shown(table)} is not what measureQuality returned`)
}
