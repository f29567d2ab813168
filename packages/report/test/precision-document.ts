import type { PrecisionDocument, PrecisionRow } from '@fastflow/bench'

const row = (model: string, method: string, mean: number, time: number, pareto: boolean): PrecisionRow => ({
  model,
  method,
  nfe: 6,
  passes: 12,
  psnr: { mean, p10: mean, min: mean },
  wallMs: 1000 * time,
  time,
  pareto,
})

/** A model and a copy of it whose name has to be escaped. */
export const precisionDocument: PrecisionDocument = {
  version: 1,
  models: ['fox', 'fox-<int8>'],
  steps: 50,
  samples: 4,
  seed: 0,
  guidanceScale: 2,
  planEvaluations: [999, 998],
  environment: { backend: 'onnxruntime-node/cpu', threads: 1 },
  rows: [
    row('fox', 'full', 100, 1, true),
    row('fox', 'plan-6', 35.25, 0.25, false),
    row('fox-<int8>', 'full', 44, 0.5, true),
    row('fox-<int8>', 'plan-6', 35.5, 0.125, true),
  ],
}
