import type { BenchDocument, BenchRow, BenchTrajectory } from '@fastflow/bench'

/** Mean and worst tenth of a method, PSNR in dB to the full run. */
export interface Figure {
  /** Family and budget, such as `plan-10`. */
  readonly method: string
  readonly nfe: number
  readonly mean: number
  readonly p10: number
}

export interface Drawn {
  readonly model: string
  /** Steps of the full run. */
  readonly steps: number
  readonly samples: number
  readonly figures?: readonly Figure[]
  readonly trajectories?: readonly BenchTrajectory[]
}

/** What is to be drawn as a document of a bench, since charts are drawn of those; what no chart here shows is 0. */
export function documentOf({ model, steps, samples, figures = [], trajectories }: Drawn): BenchDocument {
  return {
    version: 1,
    model,
    steps,
    samples,
    seed: 0,
    guidanceScale: 1,
    paperGenerations: 0,
    planEvaluations: 0,
    planExactEvaluations: 0,
    tuningSamples: 0,
    exactSteps: 0,
    rows: figures.map(rowOf),
    contests: [],
    passes: [],
    evaluations: { learning: 0, planning: 0, oracle: 0, tuning: 0, samples: 0 },
    environment: { node: process.version, backend: 'none', threads: 1, eventLoopLagP99Ms: 0 },
    ...(trajectories && { trajectories }),
  }
}

function rowOf({ method, nfe, mean, p10 }: Figure): BenchRow {
  const psnr = { mean, p10, min: p10 }
  return { method, nfe, passes: nfe, psnr, modelMs: 0, overheadMs: 0, wallMs: 0, speedup: 1, skips: {} }
}
