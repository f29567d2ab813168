import type { BenchContest, BenchDocument, BenchPasses, Interval } from '@fastflow/bench'
import { overFloor, sumOf } from '@fastflow/bench'
import { readArgument } from '@fastflow/core/backend'
import { checkMeasured } from '../check/bench.ts'
import { textTable } from './text-table.ts'

/**
 * The rows as an aligned text table, and below it the plans' contests, the floor and the cost.
 *
 * @throws FastFlowError `invalid-argument` naming the part of the document.
 */
export function benchTable(document: BenchDocument): string {
  checkMeasured(readArgument('document', document, 'the document of runBench'))
  const { rows } = document
  const tuned = rows.some((row) => row.tuned !== undefined)
  const head = [
    'method',
    'NFE',
    'passes',
    'PSNR dB',
    'p10',
    'min',
    'SSIM',
    'over floor',
    'exact dB',
    'harm',
    'model ms',
    'ours ms',
    'speed-up',
  ]
  const lines = rows.map((row) => [
    row.method,
    row.nfe.toFixed(1),
    row.passes.toFixed(1),
    row.psnr.mean.toFixed(2),
    row.psnr.p10.toFixed(2),
    row.psnr.min.toFixed(2),
    row.ssim?.mean.toFixed(4) ?? '-',
    signed(overFloor(row, rows)),
    row.exact?.psnr.mean.toFixed(2) ?? '-',
    row.harm === undefined ? '-' : `${(100 * row.harm).toFixed(0)}%`,
    row.modelMs.toFixed(1),
    row.overheadMs.toFixed(2),
    `${row.speedup.toFixed(2)}x`,
    ...(tuned ? [row.tuned ?? ''] : []),
  ])
  const titles = tuned ? [...head, 'tuned to'] : head
  const table = textTable(titles, lines, [0, head.length])
  const { contests, passes } = document
  return [
    table,
    ...contests.map(verdict),
    ...passes.flatMap(passesLine),
    ...floorLines(document),
    costLine(document),
  ].join('\n')
}

function verdict({ plan, rival, to, difference, p10, wins, pairs }: BenchContest): string {
  const text = ({ mean, low, high }: Interval): string =>
    `${signed(mean)} dB (95 % interval ${signed(low)} to ${signed(high)})`
  return `${plan} against ${rival}, to the ${to === 'full' ? 'full run' : 'exact solution'}: mean ${text(difference)}, p10 ${text(p10)}, ahead on ${wins} of ${pairs.length}`
}

function passesLine({ plan, passes, joint, ratio }: BenchPasses): string[] {
  if (joint === null || ratio === null) return []
  return [
    `joint plans reach the PSNR of ${plan} with ${joint.toFixed(1)} of its ${passes} passes: ${ratio.toFixed(2)}`,
  ]
}

function signed(value: number): string {
  if (Number.isNaN(value)) return '-'
  return `${value >= 0 ? '+' : ''}${value.toFixed(2)}`
}

function floorLines({ rows, exactSteps }: BenchDocument): string[] {
  const full = rows.find(({ method }) => method === 'full')
  const floor = rows.find(({ method }) => method === 'floor')
  if (full === undefined || floor === undefined) return []
  const own = full.exact?.psnr
  const exact =
    own &&
    `the full run is ${own.mean.toFixed(2)} dB (p10 ${own.p10.toFixed(2)}) from the exact solution of ${exactSteps} steps; `
  const fewer = `Euler with ${full.nfe - floor.nfe} steps fewer ${floor.psnr.mean.toFixed(2)} dB (p10 ${floor.psnr.p10.toFixed(2)}) from the full run`
  return [`floor: ${exact ?? ''}${fewer}`]
}

function costLine({ evaluations }: BenchDocument): string {
  const parts = Object.entries(evaluations).filter(([, made]) => made > 0)
  return `cost: ${sumOf(evaluations)} evaluations (${parts.map(([phase, made]) => `${phase} ${made}`).join(', ')})`
}
