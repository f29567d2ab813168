import type { Spread, TableSummary } from '@fastflow/bench'
import { checkDocument } from '../check-document.ts'
import { textTable } from './text-table.ts'

/** How far plans are from the full run, one row a plan, the floor last. @throws FastFlowError `invalid-argument`. */
export function spreadTable(summary: TableSummary): string {
  checkDocument('summary', summary, ['plans'], 'what summarizeTable returned')
  const { proxy, runs, floor, numSteps, plans } = summary
  const row = (name: string, { mean, median, q95, worst }: Spread): string[] => [
    name,
    ...[mean, median, q95, worst].map((value) => value.toPrecision(3)),
  ]
  const rows = plans.map((plan) => row(String(plan.nfe), plan))
  if (floor !== null) rows.push(row(`${numSteps} less a tenth`, floor))
  const figures = textTable(['NFE', 'mean', 'median', '95 %', 'worst'], rows, [])
  return `${proxy.version} to the full run, ${runs} runs\n${figures}`
}
