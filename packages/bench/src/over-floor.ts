import type { BenchRow } from './document.ts'

/** dB by which a method's mean PSNR to the full run exceeds that of the full run with a few steps less. */
export function overFloor({ psnr }: BenchRow, rows: readonly BenchRow[]): number {
  return psnr.mean - (rows.find(({ method }) => method === 'floor')?.psnr.mean ?? Number.NaN)
}
