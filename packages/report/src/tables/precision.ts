import type { PrecisionDocument } from '@fastflow/bench'
import { checkPrecisionDocument } from '../check/precision.ts'
import { isIdentical } from '../format.ts'
import { textTable } from './text-table.ts'

/**
 * Plans and precisions as an aligned text table; a star marks rows that no other surpasses.
 *
 * @throws FastFlowError `invalid-argument` naming the part of the document.
 */
export function precisionTable(document: PrecisionDocument): string {
  checkPrecisionDocument(document)
  const { rows, models, samples, steps } = document
  const titles = ['model', 'method', 'NFE', 'passes', 'PSNR dB', 'p10', 'min', 'ms', 'time', 'speed-up', '']
  const psnr = (value: number): string => (isIdentical(value) ? 'same' : value.toFixed(2))
  const lines = rows.map((row) => [
    row.model,
    row.method,
    row.nfe.toFixed(1),
    row.passes.toFixed(1),
    psnr(row.psnr.mean),
    psnr(row.psnr.p10),
    psnr(row.psnr.min),
    row.wallMs.toFixed(1),
    row.time.toFixed(3),
    `${(1 / row.time).toFixed(2)}x`,
    row.pareto ? '*' : '',
  ])
  const about = `PSNR to the full run of ${models[0]} (${steps} steps), time as a share of its, medians of ${samples} samples in turn; * no row is both faster and closer`
  return `${textTable(titles, lines, [0, 1, 10])}\n${about}`
}
