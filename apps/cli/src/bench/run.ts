import { availableParallelism } from 'node:os'
import { FastFlowError } from '@fastflow/core'
import type { Flow } from '@fastflow/pipelines'
import type { LearningCurve } from '../report/document.ts'
import { withLoopLag } from '../session.ts'
import { contestsOf } from './contests.ts'
import { exactMethod } from './controls.ts'
import type { BenchDocument } from './document.ts'
import { type Measurement, measure, type Scores, score } from './measure.ts'
import type { Grids, Method } from './method.ts'
import { prepareMethods } from './prepare.ts'
import { type MethodRuns, summarizeRow } from './summarize-rows.ts'
import type { TurnPipeline } from './turns.ts'

/** Which methods are measured besides the full run, the floor and the paper's policy. */
export interface BenchScope {
  /** Plans of FastFlow's planner, calibrated first. */
  readonly plans: boolean
  /** Other solvers and caching rules, tuned first; 0 leaves them out, else the number of tuning noises. */
  readonly tuningSamples: number
}

export interface BenchSettings extends BenchScope {
  readonly numSteps: number
  readonly guidanceScale: number
  readonly budgets: readonly number[]
  readonly samples: number
  readonly seed: number
  readonly paperGenerations: number
  readonly threads: number | undefined
  readonly signal: AbortSignal
  readonly onProgress?: (done: number, total: number, detail: string) => void
  /** Sees every sample with its images, before they are dropped. */
  readonly onSample?: (sample: BenchSample) => unknown
}

/** All methods on one noise; the full run comes first. */
export interface BenchSample {
  readonly index: number
  readonly seed: number
  readonly label: string
  readonly flow: Flow
  readonly runs: readonly { readonly measurement: Measurement; readonly scores: Scores }[]
}

/** The fine solution takes this many times the steps of the full run. */
const EXACT_FACTOR = 5

/**
 * Measures every method on the same noises. Methods take turns on each sample, in an order that rotates from sample
 * to sample, so that a machine that speeds up or slows down meets all of them alike.
 */
export async function runBench(
  pipe: TurnPipeline,
  settings: BenchSettings,
): Promise<{ document: BenchDocument; learning: LearningCurve }> {
  const { numSteps, guidanceScale, budgets } = settings
  const gridOf = (steps: number): Flow['schedule'] =>
    pipe.planKey({ numSteps: steps, guidanceScale }).schedule
  const grids: Grids = { full: gridOf(numSteps), of: gridOf }
  const exactSteps = EXACT_FACTOR * numSteps
  const { methods, learning, planEvaluations } = await prepareMethods(pipe, settings, grids)
  const { result: runs, lagMs } = await withLoopLag(() =>
    runSamples(pipe, settings, methods, exactMethod(grids, exactSteps)),
  )
  const document: BenchDocument = {
    version: 1,
    model: pipe.model,
    steps: numSteps,
    samples: settings.samples,
    seed: settings.seed,
    guidanceScale,
    exactSteps,
    paperGenerations: settings.paperGenerations,
    planEvaluations,
    tuningSamples: settings.tuningSamples,
    environment: {
      node: process.version,
      backend: pipe.executionProvider,
      threads: settings.threads ?? availableParallelism(),
      eventLoopLagP99Ms: lagMs,
    },
    rows: runs.map((run) => summarizeRow(run, runs[0]!)),
    contests: contestsOf(runs, budgets),
  }
  return { document, learning }
}

async function runSamples(
  pipe: TurnPipeline,
  settings: BenchSettings,
  methods: readonly Method[],
  exact: Method,
): Promise<readonly MethodRuns[]> {
  const all = methods.map(
    ({ name, tuned }): MethodRuns => ({ method: name, tuned, measurements: [], scores: [] }),
  )
  const { samples, guidanceScale, signal } = settings
  for (let index = 0; index < samples; index++) {
    if (signal.aborted) throw new FastFlowError({ code: 'aborted', field: 'signal', message: 'cancelled' })
    const seed = settings.seed + index
    const flow = await pipe.prepareTurn(index, { seed, guidanceScale })
    const fine = await measure(flow, exact, seed, signal)
    const measured = new Array<Measurement>(methods.length)
    for (let turn = 0; turn < methods.length; turn++) {
      const at = (turn + index) % methods.length
      measured[at] = await measure(flow, methods[at]!, seed, signal)
    }
    const runs = measured.map((measurement) => ({
      measurement,
      scores: score(flow, measurement, measured[0]!, fine),
    }))
    for (const [i, { measurement, scores }] of runs.entries()) {
      const { pixels, ...kept } = measurement
      all[i]!.measurements.push(kept)
      all[i]!.scores.push(scores)
    }
    await settings.onSample?.({ index, seed, label: flow.caption, flow, runs })
    settings.onProgress?.(index + 1, samples, 'samples')
  }
  return all
}
