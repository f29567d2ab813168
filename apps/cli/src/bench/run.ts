import { availableParallelism } from 'node:os'
import { type GuidanceInterval, numStepsOf } from '@fastflow/core'
import type { Flow } from '@fastflow/pipelines'
import { paceOf } from '../io.ts'
import type { Comparison, LearningCurve } from '../report/document.ts'
import { withLoopLag } from '../session.ts'
import { contestsOf } from './contests.ts'
import { exactMethod } from './controls.ts'
import type { BenchDocument } from './document.ts'
import { expectedCost, expectedSamples } from './expected.ts'
import { type BenchLog, noLog } from './log.ts'
import type { Grids } from './method.ts'
import { withOracleChoice } from './oracle.ts'
import { passesOfPlans } from './passes.ts'
import { prepareMethods } from './prepare.ts'
import { type BenchSample, runSamples } from './samples.ts'
import { summarizeRow } from './summarize-rows.ts'
import { countingPipeline, createTally } from './tally.ts'
import type { TurnPipeline } from './turns.ts'

/** Which methods are measured besides the full run, the floor and the paper's policy. */
export interface BenchScope {
  /** Plans of FastFlow's planner: calibrated here first, the model's own as users get them, or none. */
  readonly plans: 'calibrated' | 'own' | 'none'
  /** The exact solution, what it says of each method, and the plans fitted to it. */
  readonly exact: boolean
  /** Beside the plans: every method without a knob, AB2 alone, or nothing. */
  readonly controls: 'all' | 'ab2' | 'none'
  /** With calibrated plans: the best that plans could be on these samples, searched first. */
  readonly oracle: boolean
  /** Other solvers and caching rules, tuned first; 0 leaves them out, else the number of tuning noises. */
  readonly tuningSamples: number
}

export interface BenchSettings extends BenchScope {
  readonly numSteps: number
  readonly guidanceScale: number
  /** Where guidance acts; missing where it acts at all noise levels. */
  readonly guidanceInterval?: GuidanceInterval
  /** Of each clip; models of pictures have none. */
  readonly numFrames?: number
  readonly budgets: readonly number[]
  readonly samples: number
  readonly seed: number
  /** Generations the paper's policy learns from; 0 leaves it out. */
  readonly paperGenerations: number
  readonly threads: number | undefined
  readonly signal: AbortSignal
  /** Finished parts of the same bench, interrupted before. */
  readonly log?: BenchLog
  /** Progress in evaluations. */
  readonly onProgress?: (done: number, total: number, detail: string) => void
  /** The images of a sample that are to be kept, before all are dropped. */
  readonly compare?: (sample: BenchSample) => Promise<Comparison | undefined>
}

/** What a bench brings home. */
export interface BenchResult {
  readonly document: BenchDocument
  readonly learning: LearningCurve | undefined
  readonly comparisons: readonly Comparison[]
}

/** The fine solution takes this many times the steps of the full run. */
const EXACT_FACTOR = 5

/**
 * Measures every method on the same noises. Methods take turns on each sample, in an order that rotates from sample
 * to sample, so that a machine that speeds up or slows down meets all of them alike.
 */
export async function runBench(plain: TurnPipeline, settings: BenchSettings): Promise<BenchResult> {
  const { numSteps, guidanceScale, budgets, log = noLog } = settings
  const tally = createTally(expectedCost(settings), settings.onProgress)
  if (log.cost !== undefined) tally.restore(log.cost)
  const pipe = countingPipeline(plain, tally)
  const gridOf = (steps: number): Flow['schedule'] =>
    pipe.planKey({ numSteps: steps, guidanceScale }).schedule
  const grids: Grids = { full: gridOf(numSteps), of: gridOf }
  const exact = settings.exact ? exactMethod(grids, EXACT_FACTOR * numSteps) : undefined
  const { methods, learning, plans } = await prepareMethods(pipe, { settings, grids, log, tally })
  tally.enter('samples', expectedSamples(exact ? [...methods, exact] : methods, settings.samples))
  const { result, lagMs } = await withLoopLag(() =>
    runSamples(pipe, { settings, methods, exact, log, tally }),
  )
  const runs = withOracleChoice(result.runs, budgets)
  const rows = runs.map((run) => summarizeRow(run, runs[0]!))
  const document: BenchDocument = {
    version: 1,
    model: pipe.model,
    steps: numSteps,
    samples: settings.samples,
    seed: settings.seed,
    guidanceScale,
    ...(settings.guidanceInterval && { guidanceInterval: settings.guidanceInterval }),
    ...(settings.numFrames !== undefined && { frames: settings.numFrames }),
    exactSteps: exact ? numStepsOf(exact.schedule) : 0,
    paperGenerations: settings.paperGenerations,
    planEvaluations: plans?.plan.document.calibration.evaluations ?? 0,
    planExactEvaluations: plans?.['plan-exact']?.document.calibration.evaluations ?? 0,
    tuningSamples: settings.tuningSamples,
    evaluations: tally.cost(),
    environment: {
      node: process.version,
      backend: pipe.executionProvider,
      threads: settings.threads ?? availableParallelism(),
      eventLoopLagP99Ms: lagMs,
    },
    rows,
    contests: await contestsOf(runs, budgets, paceOf(settings, 'bench')),
    passes: passesOfPlans(rows),
  }
  return { document, learning, comparisons: result.comparisons }
}
