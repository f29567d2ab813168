import { type BenchRow, isRival } from '@fastflow/bench'
import { parseMethod } from '../methods.ts'

/** The plan of the budget nearest 12, or else the learned policy. */
export function featuredRow(rows: readonly BenchRow[]): BenchRow | undefined {
  const distance = (row: BenchRow): number => Math.abs((parseMethod(row.method).budget ?? 0) - 12)
  const plans = rows.filter((row) => parseMethod(row.method).family === 'plan')
  return plans.sort((a, b) => distance(a) - distance(b))[0] ?? rows.find((row) => row.method === 'paper')
}

export function nameOf({ method }: BenchRow): string {
  return method === 'paper' ? 'the learned policy' : 'the plan'
}

/** The best of the methods that are not ours at no higher cost. */
export function bestRival(rows: readonly BenchRow[], ours: BenchRow): BenchRow | undefined {
  return rows
    .filter((row) => isRival(row.method) && row.nfe <= Math.ceil(ours.nfe))
    .sort((a, b) => b.psnr.mean - a.psnr.mean)[0]
}
