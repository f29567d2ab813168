import type { Spread, TableSummary } from '@fastflow/bench'
import { textTable } from './text-table.ts'

/** How far plans are from the full run, one row a plan, the floor last. */
export function spreadTable({ proxy, runs, floor, numSteps, plans }: TableSummary): string {
  const row = (name: string, { mean, median, q95, worst }: Spread): string[] => [
    name,
    ...[mean, median, q95, worst].map((value) => value.toPrecision(3)),
  ]
  const rows = plans.map((plan) => row(String(plan.nfe), plan))
  if (floor !== null) rows.push(row(`${numSteps} less a tenth`, floor))
  const figures = textTable(['NFE', 'mean', 'median', '95 %', 'worst'], rows, [])
  return `${proxy.version} to the full run, ${runs} runs\n${figures}`
}
