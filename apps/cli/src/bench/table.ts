import type { BenchDocument } from './document.ts'

/** The rows as an aligned text table. */
export function benchTable({ rows }: BenchDocument): string {
  const head = [
    'method',
    'NFE',
    'passes',
    'PSNR dB',
    'p10',
    'min',
    'SSIM',
    'exact dB',
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
    row.modelMs.toFixed(1),
    row.overheadMs.toFixed(2),
    `${row.speedup.toFixed(2)}x`,
  ])
  const widths = head.map((title, i) => Math.max(title.length, ...lines.map((line) => line[i]!.length)))
  const format = (cells: readonly string[]): string =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ')
  return [format(head), widths.map((width) => '-'.repeat(width)).join('  '), ...lines.map(format)].join('\n')
}
