import type { AbortSignalLike } from '@fastflow/core'
import { createRandom, type SampleResult, sample } from '@fastflow/core'
import { psnrOfFloats } from '@fastflow/proxies'
import type { Method } from '../method.ts'
import { framesOf, ssimOfFrames } from './frames.ts'
import type { BenchFlow } from './source.ts'

/** One method on one sample. */
export interface Measurement {
  readonly method: string
  readonly nfe: number
  readonly passes: number
  readonly decisions: string
  readonly pixels: Float32Array
  readonly modelMs: number
  readonly overheadMs: number
  readonly wallMs: number
}

/** What a measurement is worth, once the full run and the fine solution of its sample are known. */
export interface Scores {
  readonly psnr: number
  /** Left out where states are no pictures. */
  readonly ssim?: number
  /** To the fine solution; left out without one. */
  readonly exactPsnr?: number
}

/**
 * Runs one method on one prepared flow.
 *
 * @param now milliseconds of a monotonic clock; without one times are 0.
 * @throws whatever the network throws; a NaN velocity is an error too.
 */
export async function measure(
  flow: BenchFlow,
  method: Method,
  seed: number,
  signal: AbortSignalLike,
  now: () => number = () => 0,
): Promise<Measurement> {
  const modelBefore = flow.modelMs()
  const began = now()
  const result = await runMethod(flow, method, seed, signal)
  const wallMs = now() - began
  const modelMs = flow.modelMs() - modelBefore
  const { nfe, passes, decisions } = result.stats
  const timings = { modelMs, overheadMs: wallMs - modelMs, wallMs }
  return {
    method: method.name,
    nfe,
    passes,
    decisions,
    pixels: await flow.pixels(result.x, signal),
    ...timings,
  }
}

/** The run itself, nothing decoded. @throws as {@link measure}. */
export async function runMethod(
  flow: BenchFlow,
  method: Method,
  seed: number,
  signal: AbortSignalLike,
): Promise<SampleResult<Float32Array, unknown>> {
  const result = await sample<Float32Array, unknown>({
    velocity: flow.velocity,
    schedule: method.schedule,
    x: flow.noise,
    passesPerEvaluation: flow.passesPerEvaluation,
    signal,
    ...method.options(createRandom(seed).next),
  })
  if (result.status.kind !== 'completed') throw flow.failure(result.status)
  return result
}

export function score(
  flow: BenchFlow,
  one: Measurement,
  full: Measurement,
  exact: Measurement,
): Scores & { readonly exactPsnr: number }
export function score(
  flow: BenchFlow,
  one: Measurement,
  full: Measurement,
  exact: Measurement | undefined,
): Scores
export function score(
  flow: BenchFlow,
  one: Measurement,
  full: Measurement,
  exact: Measurement | undefined,
): Scores {
  return {
    psnr: psnrOfFloats(one.pixels, full.pixels, 2),
    ...ssimOf(flow, one.pixels, full.pixels),
    ...(exact && { exactPsnr: psnrOfFloats(one.pixels, exact.pixels, 2) }),
  }
}

function ssimOf(flow: BenchFlow, pixels: Float32Array, reference: Float32Array): Pick<Scores, 'ssim'> {
  if (flow.toImage === undefined) return {}
  return { ssim: ssimOfFrames(framesOf(flow, pixels), framesOf(flow, reference)) }
}
