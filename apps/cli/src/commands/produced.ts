import type { GeneratedImage, GenerateResult, TargetQuality, Task } from '@fastflow/pipelines'
import { typedIn } from '../run-options.ts'
import type { Origin } from './origin.ts'
import type { ProduceOptions } from './produce-options.ts'

/** What was made, and where it lies. */
export interface Produced {
  readonly result: GenerateResult
  readonly lagMs: number
  readonly origin: Origin
  /** Files of each item. */
  readonly files: readonly (readonly string[])[]
}

/**
 * What an image file says of itself: enough to compute it again, and the digest of what was asked for. No timings, so equal
 * runs give equal bytes.
 */
export function metadataOf(
  origin: Origin,
  options: ProduceOptions,
  item: GeneratedImage,
  request: string,
): Record<string, unknown> {
  const { task, model, digest, source } = origin
  const { caption, clip, seed, stats } = item
  const { nfe, steps, decisions, estimatedPsnr } = stats
  const run = {
    model,
    digest,
    [subjectKey(task)]: caption,
    negativePrompt: options.negativePrompt,
    image: source,
    frames: clip?.frames.length,
    size: sizeOf(origin, item),
    seed,
    ...typedIn(options),
    steps,
    accelerate: options.accelerate,
  }
  return { ...run, request, nfe, decisions, estimatedPsnr }
}

/** The size of a result, such as 1024x768, where it is not the model's own. */
export function sizeOf({ size }: Origin, { image: { width, height } }: GeneratedImage): string | undefined {
  return width === size.width && height === size.height ? undefined : `${width}x${height}`
}

function subjectKey(task: Task): 'class' | 'prompt' {
  return task === 'class-to-image' ? 'class' : 'prompt'
}

/** What `--json` prints. */
export function documentOf(
  options: ProduceOptions,
  { result: { items, policy, plan, notes }, lagMs, origin, files }: Produced,
): Record<string, unknown> {
  const mean = (value: (item: GeneratedImage) => number): number =>
    items.reduce((sum, item) => sum + value(item), 0) / items.length
  return {
    model: options.model,
    task: origin.task,
    [subjectKey(origin.task)]: items[0]?.caption,
    accelerate: options.accelerate,
    steps: items[0]?.stats.steps,
    nfe: mean(({ stats }) => stats.nfe),
    passes: mean(({ stats }) => stats.passes),
    eventLoopLagP99Ms: lagMs,
    policyGenerations: (policy?.state as { generations?: number } | undefined)?.generations,
    plan: plan && {
      target: plan.key.target,
      budgets: plan.plans.map(({ budget }) => budget),
      ...plan.calibration,
    },
    notes,
    images: items.map(({ clip, seed, stats: { mismatches, velocityMs, ...stats } }, i) => ({
      file: files[i]![0],
      ...(clip && { files: files[i], frames: clip.frames.length, fps: clip.fps }),
      seed,
      ...stats,
    })),
  }
}

/** What the images cost together. */
export function evaluatedOf(items: readonly GeneratedImage[]): string {
  const sum = (of: (stats: GeneratedImage['stats']) => number): number =>
    items.reduce((total, { stats }) => total + of(stats), 0)
  const shadow = sum(({ shadowNfe }) => shadowNfe)
  const more = shadow > 0 ? `, and ${shadow} to measure the quality` : ''
  return `evaluated ${sum(({ nfe }) => nfe)} of ${sum(({ steps }) => steps)} steps${more}`
}

/** A line or two for people. */
export function describe(
  { seed, stats }: GeneratedImage,
  target: 'baseline' | 'exact',
  file: string,
): string {
  const ms = Math.round(stats.modelMs + stats.overheadMs)
  const quality = stats.quality ? promise(stats.quality) : fidelity(stats, target)
  const cost = `evaluated ${stats.nfe} of ${stats.steps} steps${quality}, ${ms} ms`
  return `${file}: seed ${seed}, ${cost}\n  ${stats.decisions}`
}

function promise({ metric, estimate, bound, confidence, n, abstained }: TargetQuality): string {
  if (abstained !== undefined || estimate === undefined) return ''
  if (n === 0) return ', the full run'
  const kept =
    bound === undefined ? '' : `, ${+(confidence * 100).toFixed(2)} % keep to ${bound.toPrecision(3)}`
  return `, ${metric} ${estimate.toPrecision(3)} on average${kept} (${n} runs)`
}

function fidelity(
  { estimatedPsnr, estimateBasis, nfe, steps }: GeneratedImage['stats'],
  target: 'baseline' | 'exact',
): string {
  if (estimatedPsnr === undefined) return nfe < steps ? ', distance to the full run not measured' : ''
  const to = `${estimatedPsnr.toFixed(1)} dB to the ${target === 'exact' ? 'exact solution' : 'full run'}`
  const where = estimateBasis === 'held-out' ? 'on held-out runs' : `in calibration (${estimateBasis})`
  return `, on average ${to} ${where}`
}
