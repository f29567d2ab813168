import { textTable } from '../text-table.ts'
import type { BenchDocument } from './document.ts'

/** The rows as an aligned text table, and the plan's contests below. */
export function benchTable({ rows, contests }: BenchDocument): string {
  const tuned = rows.some((row) => row.tuned !== undefined)
  const head = [
    'method',
    'NFE',
    'passes',
    'PSNR dB',
    'p10',
    'min',
    'SSIM',
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
    row.ssim.mean.toFixed(4),
    row.exact.psnr.mean.toFixed(2),
    `${(100 * row.harm).toFixed(0)}%`,
    row.modelMs.toFixed(1),
    row.overheadMs.toFixed(2),
    `${row.speedup.toFixed(2)}x`,
    ...(tuned ? [row.tuned ?? ''] : []),
  ])
  const titles = tuned ? [...head, 'tuned to'] : head
  const table = textTable(titles, lines, [0, head.length])
  const verdicts = contests.map(({ budget, rival, difference: { mean, low, high } }) => {
    const interval = `95 % interval ${low.toFixed(2)} to ${high.toFixed(2)}`
    return `plan-${budget} against ${rival}: ${mean >= 0 ? '+' : ''}${mean.toFixed(2)} dB, ${interval}`
  })
  return [table, ...verdicts].join('\n')
}
