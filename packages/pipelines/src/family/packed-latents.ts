import type { ConfigFile, SchedulerConfig } from '@fastflow/core'
import { checkFlag, checkFunction, checkOptions, checkWhole, type OptionNames } from '@fastflow/core/backend'
import { unpackPatches } from '../state/patches.ts'
import type { Defaults } from '../task/options.ts'
import type { Shape } from '../task/shape.ts'
import { checkRunDefaults, checkSource } from './check-arguments.ts'
import { takesLatents } from './check-latents.ts'
import { decodePart } from './decode-part.ts'
import type { FamilySource } from './family.ts'
import type { LatentFlow } from './latent-model.ts'
import type { Part } from './parts.ts'
import { readScheduler } from './scheduler.ts'
import { sizeOfRun } from './sizes.ts'

/** A transformer whose states are tokens of 2 x 2 latents, [tokens, 4 channels], and its decoder. */
export interface PackedLatents extends Pick<LatentFlow, 'shape' | 'decode'> {
  readonly scheduler: SchedulerConfig
  readonly transformer: Part
}

export interface PackedOptions {
  readonly defaults: Defaults
  /** Channels of latents; a token has four times as many numbers. */
  readonly channels: number
  /** Pixels on a side of one latent. */
  readonly scale: number
  /** What the decoder is fed of the numbers of all tokens, unpacked or not. */
  readonly toDecoder: (latents: Float32Array) => Float32Array
  /** Axes between the batch and height of what the decoder is fed, after the channels: 1 for one frame. */
  readonly frameAxis?: boolean
}

const names: OptionNames<PackedOptions> = {
  defaults: true,
  channels: true,
  scale: true,
  toDecoder: true,
  frameAxis: true,
}

/** @throws FastFlowError `model-not-found`, `model-unreadable` naming the file, `invalid-argument`. */
export async function openPacked(source: FamilySource, options: PackedOptions): Promise<PackedLatents> {
  checkSource(source)
  checkPacked(options)
  const { folder, parts } = source
  const { defaults, channels, scale, toDecoder, frameAxis = false } = options
  const decoder = await parts.open('vae_decoder', takesLatents(channels))
  return {
    scheduler: await readScheduler(folder),
    transformer: await parts.open('transformer'),
    shape(settings) {
      const size = sizeOfRun(settings, defaults, 2 * scale)
      const tokens = (size.width * size.height) / (2 * scale) ** 2
      return { dims: [tokens, 4 * channels], ...size, numFrames: 1 }
    },
    decode(x, shape, signal) {
      const plane = { height: shape.height / scale, width: shape.width / scale }
      const dims = [1, channels, ...(frameAxis ? [1] : []), plane.height, plane.width]
      const data = toDecoder(unpackPatches(x, plane))
      return decodePart(decoder, { type: 'float32', dims, data }, shape, signal)
    },
  }
}

function checkPacked(options: PackedOptions): void {
  checkOptions('options', options, names)
  checkRunDefaults('defaults', options.defaults)
  for (const name of ['channels', 'scale'] as const) checkWhole(name, options[name], 1)
  checkFunction('toDecoder', options.toDecoder, '(latents) => toDecoder(latents, statistics)')
  checkFlag('frameAxis', options.frameAxis)
}

/** `in_channels` of a transformer that takes tokens of 2 x 2 latents, as channels of latents. */
export function channelsOfTokens(config: ConfigFile): number {
  const numbers = config.whole('in_channels', { least: 4, most: 16_384 })
  if (numbers % 4 !== 0) throw config.wrong('in_channels', 'is not a multiple of 4: tokens are 2 x 2 latents')
  return numbers / 4
}

/** Rows and columns of tokens. */
export function tokenGrid(
  { width, height }: Pick<Shape, 'width' | 'height'>,
  scale: number,
): readonly [rows: number, columns: number] {
  return [height / (2 * scale), width / (2 * scale)]
}
