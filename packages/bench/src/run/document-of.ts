import type { RgbImage } from '@fastflow/core'
import type { BenchDocument } from '../document.ts'
import { psnrOfFrames, ssimOfFrames } from '../source/frames.ts'
import type { Scores } from '../source/measure.ts'
import { checkMade, checkMadeTerms } from './check-made.ts'
import type { MadeRun, MadeTerms } from './made.ts'
import { type MethodRuns, summarizeRow } from './summarize-rows.ts'

/**
 * What was made of one seed as a bench document, though no bench ran: decibels are of 8-bit pixels, and times were not taken in
 * turn. Cost: no evaluation.
 *
 * @param made the first is the full run, which the others are compared with; none of them, and there are no rows.
 * @throws FastFlowError `invalid-argument` naming the term or the part of a run, also for frames of another number or size.
 */
export function documentOf(terms: MadeTerms, made: readonly MadeRun[]): BenchDocument {
  checkMadeTerms(terms)
  checkMade(made)
  const runs = made.map(
    ({ frames, ...measurement }): MethodRuns => ({
      method: measurement.method,
      tuned: undefined,
      measurements: [measurement],
      scores: [scoresOf(frames, made[0]!.frames)],
    }),
  )
  return {
    version: 1,
    ...terms,
    samples: 1,
    exactSteps: 0,
    paperGenerations: 0,
    planEvaluations: 0,
    planExactEvaluations: 0,
    tuningSamples: 0,
    evaluations: {
      learning: 0,
      planning: 0,
      oracle: 0,
      tuning: 0,
      samples: made.reduce((sum, { nfe }) => sum + nfe, 0),
    },
    rows: runs.map((run) => summarizeRow(run, runs[0]!)),
    contests: [],
    passes: [],
  }
}

function scoresOf(frames: readonly RgbImage[], full: readonly RgbImage[]): Scores {
  return { psnr: psnrOfFrames(frames, full), ssim: ssimOfFrames(frames, full) }
}
