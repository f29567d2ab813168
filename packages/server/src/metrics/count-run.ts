import type { DecisionRecord, GenerateResult } from '@fastflow/pipelines'
import type { Metrics } from './metrics.ts'

/** What a job made, and what it did not have to. */
export function countRun(metrics: Metrics, model: string, { items }: GenerateResult): void {
  for (const { stats } of items) {
    metrics.add('evaluations', { model }, stats.nfe)
    metrics.add('evaluations_saved', { model }, stats.steps - stats.nfe)
    metrics.add('shadow_evaluations', { model }, stats.shadowNfe)
    metrics.add('passes', { model }, stats.passes)
    metrics.add('model_seconds', { model }, stats.modelMs / 1000)
    metrics.add('overhead_seconds', { model }, stats.overheadMs / 1000)
  }
}

/** What a job cost, for its span. */
export function spentOf({ items }: GenerateResult): Readonly<Record<string, number>> {
  const sum = (of: 'nfe' | 'steps' | 'passes' | 'modelMs'): number =>
    items.reduce((all, { stats }) => all + stats[of], 0)
  return {
    'fastflow.evaluated': sum('nfe'),
    'fastflow.steps': sum('steps'),
    'fastflow.passes': sum('passes'),
    'fastflow.model_ms': sum('modelMs'),
  }
}

/** What a target says while its alarm is on. */
const ALARM = /^the landings stopped looking/

/** Whether a model has stopped looking like what was certified, as its requests have it. */
export function alarmOf({ items }: GenerateResult): boolean | undefined {
  const known = items.flatMap(({ stats }) => stats.quality ?? [])
  return known.length === 0 ? undefined : known.some(({ abstained }) => ALARM.test(abstained ?? ''))
}

/** Whether a measured request kept to its target. */
export function countDecision(metrics: Metrics, model: string, record: DecisionRecord): void {
  const { arm, arms, scores, metric, limit } = record
  const measured = scores.find((score) => score.arm === arm)
  if (measured === undefined || arm === arms.length - 1) return
  const kept = metric === 'psnr' ? measured.score >= limit : measured.score <= limit
  metrics.add('targets', { model, metric, outcome: kept ? 'kept' : 'missed' })
}
