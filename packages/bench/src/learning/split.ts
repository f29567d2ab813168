import type { Random } from '@fastflow/core'
import type { QualityTable } from '@fastflow/pipelines'

/** A table cut in two: what is known beforehand, and runs nobody has seen. */
export interface Split {
  readonly known: QualityTable
  readonly fresh: QualityTable
}

/** Cuts a table at random, `fresh` runs to one side. */
export function splitTable(table: QualityTable, fresh: number, next: Random): Split {
  const order = table.runs.map((_, i) => i)
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1))
    ;[order[i], order[j]] = [order[j]!, order[i]!]
  }
  const take = (indices: readonly number[]): QualityTable => ({
    ...table,
    runs: indices.map((i) => table.runs[i]!),
  })
  return { known: take(order.slice(fresh)), fresh: take(order.slice(0, fresh)) }
}
