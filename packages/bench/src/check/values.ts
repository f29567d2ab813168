import { invalidArgument } from '@fastflow/core'
import { checkMethods, checkWhole, shown } from '@fastflow/core/backend'

// What several functions of this package take. All throw FastFlowError `invalid-argument` naming `field`.

/** A list that is not empty. @param what it is of, for the message. */
export function checkList(field: string, value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw invalidArgument(field, `${shown(value)} is not a list of ${what}`)
  if (value.length === 0) throw invalidArgument(field, `is empty; pass a list of ${what}`)
  return value
}

/** Evaluations of runs: a list of whole numbers from 1 on. */
export function checkEvaluations(field: string, value: unknown): void {
  for (const nfe of checkList(field, value, 'numbers of evaluations')) checkWhole(field, nfe, 1)
}

/** What lets the event loop turn in long computing. */
export function checkPace(pace: unknown): void {
  checkMethods('pace', pace, ['due', 'rest'], 'createPace(() => {}) of @fastflow/core/backend')
}

/** A pipeline, as far as it is used. */
export function checkPipeline(pipe: unknown, methods: readonly string[]): void {
  checkMethods('pipe', pipe, methods, 'what loadPipeline returned')
}

/** Something to bench, as far as it is used. */
export function checkSource(source: unknown, methods: readonly string[]): void {
  checkMethods('pipe', source, methods, 'takingTurns(pipe, subjects) or velocitySource(options)')
}

/** A log of finished parts, or none. */
export function checkLog(log: unknown): void {
  if (log !== undefined) checkMethods('log', log, ['once'], 'a BenchLog, such as noLog')
}
