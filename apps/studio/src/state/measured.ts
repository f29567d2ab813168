import { type BenchDocument, documentOf, type MadeRun, type MadeTerms } from '@fastflow/bench'
import type { Take } from '../engine/protocol.ts'
import { runSettingsOf } from './settings.ts'
import type { Result } from './state.ts'

/**
 * The result's document with every take in it, held against the full run of the same seed: takes that no bench measured are
 * added. Without a full run it has no rows.
 */
export function measured(result: Result): BenchDocument {
  const { full, bench } = result
  const known = new Set((bench?.rows ?? []).map(({ method }) => method))
  const missing = takesOf(result).filter(({ method }) => method !== 'full' && !known.has(method))
  if (bench && missing.length === 0) return bench
  const made = documentOf(termsOf(result), full ? [full, ...missing].map(runOf) : [])
  if (bench === undefined) return made
  const samples = bench.evaluations.samples + missing.reduce((sum, { stats }) => sum + stats.nfe, 0)
  return {
    ...bench,
    evaluations: { ...bench.evaluations, samples },
    rows: [...bench.rows, ...made.rows.slice(1)],
  }
}

function termsOf({ request: { settings, about }, full, fast }: Result): MadeTerms {
  const { guidanceScale, guidanceInterval } = runSettingsOf(settings)
  const clip = (full ?? fast)?.clip
  return {
    model: about.name,
    steps: settings.numSteps,
    seed: settings.seed,
    guidanceScale: guidanceScale!,
    ...(guidanceInterval && { guidanceInterval }),
    ...(clip && { frames: clip.frames.length }),
    environment: { ...about.environment, backend: about.executionProvider, eventLoopLagP99Ms: 0 },
  }
}

/** Every picture of the result once, the full run first, then by evaluations. */
export function takesOf({ full, fast, others, plains = [] }: Result): readonly Take[] {
  const takes = [...(fast ? [fast] : []), ...others, ...plains].filter(({ method }) => method !== 'full')
  const distinct = takes.filter(({ method }, n) => takes.findIndex((one) => one.method === method) === n)
  return [...(full ? [full] : []), ...distinct.sort((a, b) => a.stats.nfe - b.stats.nfe)]
}

/** dB of a take to the full run; undefined where nothing was compared. */
export function psnrOf(take: Take | undefined, { bench }: Result): number | undefined {
  return bench?.rows.find(({ method }) => method === take?.method)?.psnr.mean
}

function runOf({ method, stats, wallMs, image, clip }: Take): MadeRun {
  const { nfe, passes, decisions, modelMs, overheadMs } = stats
  return { method, nfe, passes, decisions, modelMs, overheadMs, wallMs, frames: clip?.frames ?? [image] }
}
