import { invalidArgument, isRecord } from '@fastflow/core'
import { shown } from '@fastflow/core/backend'
import type { BenchRow } from './document.ts'

/**
 * dB by which a method's mean PSNR to the full run exceeds that of the full run with a few steps less; NaN where no row is that.
 *
 * @throws FastFlowError `invalid-argument` for what is no row of a bench.
 */
export function overFloor(row: BenchRow, rows: readonly BenchRow[]): number {
  if (!Array.isArray(rows) || !rows.every(isRecord))
    throw invalidArgument('rows', `${shown(rows)} is not a list of rows`)
  const floor: unknown = rows.find(({ method }) => method === 'floor')
  return meanOf('row', row) - (floor === undefined ? Number.NaN : meanOf('rows', floor))
}

function meanOf(field: string, row: unknown): number {
  if (isRecord(row) && isRecord(row.psnr) && typeof row.psnr.mean === 'number') return row.psnr.mean
  throw invalidArgument(field, `${shown(row)} has no mean PSNR; pass rows of a BenchDocument`)
}
