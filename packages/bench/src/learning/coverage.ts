import { createRandom } from '@fastflow/core'
import type { Pace } from '@fastflow/core/backend'
import { certify, type Goal, type Metric, misses, type QualityTable } from '@fastflow/pipelines'
import { splitTable } from './split.ts'

export interface CoverageSettings {
  readonly limits: readonly number[]
  readonly confidence: number
  readonly repeats: number
  /** Fresh runs a repeat. */
  readonly samples: number
}

/** Whether a target was kept on runs that certified nothing. */
export interface Coverage {
  readonly metric: Metric
  readonly limit: number
  readonly repeats: number
  /** Runs that certify, and fresh ones, in each repeat. */
  readonly known: number
  readonly fresh: number
  /** Repeats in which a plan was certified. */
  readonly served: number
  /** Of these, those whose fresh runs kept to the target as often as asked for. */
  readonly kept: number
  /** Share of all fresh runs of served repeats within the target. */
  readonly share: number | null
  /** Mean evaluations of all repeats, full runs included. */
  readonly nfe: number
  /** Why the full run was served, by how often. */
  readonly refusals: Readonly<Record<string, number>>
}

/** Certifies each target on part of the runs and looks how the rest does, again and again. */
export async function coverageOf(
  table: QualityTable,
  settings: CoverageSettings,
  pace: Pace,
): Promise<readonly Coverage[]> {
  const { limits, confidence, repeats } = settings
  const fresh = Math.min(settings.samples, Math.floor(table.runs.length / 2))
  const coverage: Coverage[] = []
  for (const limit of limits) {
    const goal: Goal = { metric: table.metric, limit, confidence }
    const refusals: Record<string, number> = {}
    let [served, kept, within, nfe] = [0, 0, 0, 0]
    for (let repeat = 0; repeat < repeats; repeat++) {
      if (pace.due()) await pace.rest()
      const split = splitTable(table, fresh, createRandom(repeat).next)
      const { arm, kind } = certify(goal, table.nfe, { table: split.known, online: [] })
      nfe += arm === undefined ? table.numSteps : table.nfe[arm]!
      if (arm === undefined) {
        refusals[kind] = (refusals[kind] ?? 0) + 1
        continue
      }
      const good = split.fresh.runs.filter(({ scores }) => !misses(goal, scores[arm]!)).length
      served++
      within += good
      if (good / fresh >= confidence) kept++
    }
    coverage.push({
      metric: table.metric,
      limit,
      repeats,
      known: table.runs.length - fresh,
      fresh,
      served,
      kept,
      share: served > 0 ? within / (served * fresh) : null,
      nfe: nfe / repeats,
      refusals,
    })
  }
  return coverage
}
