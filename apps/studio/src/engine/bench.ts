import {
  type BenchDocument,
  type FinishedRun,
  framesOf,
  runBench,
  type TurnPipeline,
  takingTurns,
} from '@fastflow/bench'
import type { FlowOptions, Pipeline } from '@fastflow/pipelines'
import type { BenchReport, Commands, ModelAbout, Take } from './protocol.ts'

export interface BenchContext {
  readonly environment: ModelAbout['environment']
  readonly report: (report: BenchReport) => void
  readonly signal: AbortSignal
}

/** The full run and the plans of all budgets on one seed: a bench of one sample. */
export async function benchOne(
  pipe: Pipeline,
  { subject, options, budgets, plan }: Commands['bench']['input'],
  { environment, report, signal }: BenchContext,
): Promise<BenchDocument> {
  const { numSteps, guidanceScale, guidanceInterval } = { ...pipe.defaults, ...options }
  const { document } = await runBench(turnsOf(pipe, [subject], options), {
    numSteps,
    guidanceScale,
    ...(guidanceInterval && { guidanceInterval }),
    budgets,
    samples: 1,
    seed: options.seed!,
    plans: plan ?? 'own',
    paperGenerations: 0,
    exact: false,
    controls: 'none',
    oracle: false,
    tuningSamples: 0,
    environment,
    signal,
    now: () => performance.now(),
    onRun: (run) => report({ kind: 'take', take: takeOf(run, plan) }),
    onProgress: (done, total) => report({ kind: 'progress', done, total }),
  })
  return document
}

/** The subjects in turn, each made as `options` say. */
export function turnsOf(
  pipe: Pipeline,
  subjects: readonly string[],
  { image, negativePrompt, guidanceInterval }: FlowOptions,
): TurnPipeline {
  const more = { ...(image && { image }), ...(negativePrompt !== undefined && { negativePrompt }) }
  return takingTurns(
    pipe,
    subjects.map((subject) => ({ subject, ...more })),
    { ...(guidanceInterval && { guidanceInterval }) },
  )
}

function takeOf(
  { flow, measurement, seed, label }: FinishedRun,
  plan: Commands['bench']['input']['plan'],
): Take {
  const { method, pixels, wallMs, ...stats } = measurement
  const frames = framesOf(flow, pixels)
  const quality = plan?.plans.find(({ budget }) => method === `plan-${budget}`)?.quality
  const estimatedPsnr = quality && quality.basis !== 'none' ? quality.mean : undefined
  return {
    method,
    image: frames[0]!,
    clip: flow.fps === undefined ? undefined : { frames, fps: flow.fps },
    seed,
    caption: label,
    stats: { ...stats, steps: stats.decisions.length, estimatedPsnr, quality: undefined },
    wallMs,
    notes: [],
  }
}
