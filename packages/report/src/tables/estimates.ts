import { checkRows } from '../check-document.ts'
import { textTable } from './text-table.ts'

/** What a policy would have earned, by one method of `@fastflow/bandits`; values that are unknown are left out. */
export interface Estimate {
  readonly method: string
  readonly value?: number | undefined
  readonly low?: number | undefined
  readonly high?: number | undefined
  readonly effective: number
  /** Share of decisions. */
  readonly clipped: number
}

/** A row a method. @throws FastFlowError `invalid-argument`. */
export function estimatesTable(estimates: readonly Estimate[]): string {
  checkRows('estimates', estimates, 'the estimates that evaluatePolicy returned')
  const rows = estimates.map(({ method, value, low, high, effective, clipped }) => [
    method,
    ...[value, low, high].map((number) => number?.toFixed(4) ?? '-'),
    effective.toFixed(1),
    `${(clipped * 100).toFixed(1)} %`,
  ])
  return textTable(['method', 'reward', 'low', 'high', 'effective', 'clipped'], rows, [0])
}
