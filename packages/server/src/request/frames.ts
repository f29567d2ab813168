import { invalidArgument } from '@fastflow/core'
import type { Pipeline } from '@fastflow/pipelines'

/** Frames a second where a model says nothing. */
const USUAL_FPS = 16

/**
 * The frames of a clip of so many seconds, nothing where none are asked for.
 *
 * @throws FastFlowError `invalid-argument`.
 */
export function framesOf(
  seconds: string | number | undefined,
  { defaults }: Pick<Pipeline, 'defaults'>,
  most: number,
): { readonly numFrames?: number } {
  if (seconds === undefined) return {}
  const value = Number(seconds)
  if (!(Number.isFinite(value) && value > 0))
    throw invalidArgument('seconds', `${seconds} is not a positive number of seconds`)
  const numFrames = Math.max(1, Math.round(value * (defaults.fps ?? USUAL_FPS)))
  if (numFrames <= most) return { numFrames }
  throw invalidArgument(
    'seconds',
    `${seconds} are ${numFrames} frames, over the ${most} that this server makes`,
  )
}

/** How long a clip is. */
export function secondsOf(numFrames: number | undefined, { defaults }: Pick<Pipeline, 'defaults'>): number {
  return (numFrames ?? defaults.numFrames ?? 1) / (defaults.fps ?? USUAL_FPS)
}
