import type { ConfigFile, SchedulerConfig } from '@fastflow/core'
import { checkOptions, checkText, checkWhole, type OptionNames } from '@fastflow/core/backend'
import { type LatentStatistics, readScaling, toDecoder } from '../state/statistics.ts'
import type { Defaults } from '../task/options.ts'
import { readAutoencoder, scaleOf } from './autoencoder.ts'
import { checkConfig, checkRunDefaults, checkSource } from './check-arguments.ts'
import { takesLatents } from './check-latents.ts'
import { decodePart } from './decode-part.ts'
import type { FamilySource } from './family.ts'
import type { LatentFlow } from './latent-model.ts'
import type { Part } from './parts.ts'
import { readScheduler } from './scheduler.ts'
import { sizeOfRun } from './sizes.ts'

/** A transformer whose states are latents of an image in planes, [channels, height, width], and its decoder. */
export interface PlaneLatents extends Pick<LatentFlow, 'shape' | 'decode'> {
  readonly channels: number
  readonly scheduler: SchedulerConfig
  readonly statistics: LatentStatistics
  readonly transformer: Part
  readonly defaults: Defaults & Required<Pick<Defaults, 'width' | 'height'>>
}

export interface PlaneOptions {
  /** Latents on a side of a token. */
  readonly patch: number
  /** Latents on a side that the model makes unless told otherwise. */
  readonly side: number
  readonly numSteps: number
  readonly guidanceScale: number
  /** Field of the decoder's config that has one entry for each resolution. */
  readonly blocks?: string
}

const names: OptionNames<PlaneOptions> = {
  patch: true,
  side: true,
  numSteps: true,
  guidanceScale: true,
  blocks: true,
}

/** @throws FastFlowError `model-not-found`, `model-unreadable` naming the file, `invalid-argument`. */
export async function openPlanes(
  source: FamilySource,
  config: ConfigFile,
  options: PlaneOptions,
): Promise<PlaneLatents> {
  checkSource(source)
  checkConfig(config)
  checkOptions('options', options, names)
  const { folder, parts } = source
  const { patch, side, numSteps, guidanceScale, blocks } = options
  for (const [name, value] of Object.entries({ patch, side })) checkWhole(name, value, 1)
  if (blocks !== undefined) checkText('blocks', blocks, 'the name of the field of resolutions')
  const channels = config.whole('in_channels', { least: 1, most: 4096 })
  const vae = await readAutoencoder(folder, 'vae_decoder', channels)
  const statistics = readScaling(vae)
  const scale = scaleOf(vae, blocks)
  const defaults = {
    ...readDefaults(config, { numSteps, guidanceScale }),
    width: side * scale,
    height: side * scale,
  }
  const decoder = await parts.open('vae_decoder', takesLatents(channels))
  return {
    channels,
    scheduler: await readScheduler(folder),
    statistics,
    transformer: await parts.open('transformer'),
    defaults,
    shape(settings) {
      const { width, height } = sizeOfRun(settings, defaults, scale * patch)
      return { dims: [channels, height / scale, width / scale], width, height, numFrames: 1 }
    },
    decode(x, shape, signal) {
      const latents = { type: 'float32', dims: [1, ...shape.dims], data: toDecoder(x, statistics) } as const
      return decodePart(decoder, latents, shape, signal)
    },
  }
}

/** Steps and guidance: a folder may say them as our own models do, else they are those of the pipeline in Diffusers. @throws FastFlowError `model-unreadable`, `invalid-argument`. */
export function readDefaults(
  config: ConfigFile,
  own: Pick<Defaults, 'numSteps' | 'guidanceScale'>,
): Pick<Defaults, 'numSteps' | 'guidanceScale'> {
  checkConfig(config)
  checkRunDefaults('own', own)
  const { numSteps, guidanceScale } = own
  return {
    numSteps: config.whole('default_num_inference_steps', { least: 1, most: 10_000, otherwise: numSteps }),
    guidanceScale: config.number('default_guidance_scale', { least: 0, most: 100, otherwise: guidanceScale }),
  }
}
