import {
  type AbortSignalLike,
  type ConfigFile,
  type Feeds,
  invalidArgument,
  type SchedulerConfig,
} from '@fastflow/core'
import { shown } from '@fastflow/core/backend'
import { isFree } from '../state/sizes.ts'
import { type LatentStatistics, toDecoder } from '../state/statistics.ts'
import type { Defaults, RunSettings } from '../task/options.ts'
import type { Shape } from '../task/shape.ts'
import { decodePart } from './decode-part.ts'
import type { FamilySource } from './family.ts'
import type { LatentFlow } from './latent-model.ts'
import type { Part } from './parts.ts'
import { readDefaults } from './plane-latents.ts'
import { readScheduler } from './scheduler.ts'
import { sizeOfRun } from './sizes.ts'

/** Frames of a clip above this are taken for a slip. */
const MAX_FRAMES = 4096

type Clip = Omit<Shape, 'dims'>

/** A transformer whose states are latents of clips, and its decoder. */
export interface ClipLatents extends Pick<LatentFlow, 'check' | 'decode'> {
  readonly scheduler: SchedulerConfig
  readonly transformer: Part
  readonly defaults: ClipDefaults
  /** The clip asked for. @throws FastFlowError `invalid-argument` naming the option and what is possible. */
  clip(settings: RunSettings): Clip
  /** Its latents: frames, rows, columns. */
  axes(clip: Clip): readonly [number, number, number]
}

type ClipDefaults = Defaults & Required<Pick<Defaults, 'width' | 'height' | 'numFrames'>>

export interface ClipOptions {
  readonly statistics: LatentStatistics
  /** Pixels on a side of a latent, and frames of one; the first frame of a clip has latents of its own. */
  readonly spatial: number
  readonly temporal: number
  /** Pixels that width and height are a multiple of. */
  readonly multiple: number
  /** The pipeline's own. */
  readonly defaults: ClipDefaults
  /** What the decoder is fed besides latents, where it has an input of that name. */
  readonly decoderFeeds?: Feeds
}

/** @throws FastFlowError `model-not-found`, `model-unreadable` naming the file. */
export async function openClips(
  { folder, parts }: FamilySource,
  config: ConfigFile,
  { statistics, spatial, temporal, multiple, defaults: own, decoderFeeds }: ClipOptions,
): Promise<ClipLatents> {
  const defaults = { ...own, ...readDefaults(config, own) }
  const decoder = await parts.open('vae_decoder')
  const axes: ClipLatents['axes'] = ({ width, height, numFrames }) => [
    (numFrames - 1) / temporal + 1,
    height / spatial,
    width / spatial,
  ]
  let taken: Promise<readonly (number | string | undefined)[]> | undefined
  return {
    scheduler: await readScheduler(folder),
    transformer: await parts.open('transformer'),
    defaults,
    axes,
    clip: (settings) => ({
      ...sizeOfRun(settings, defaults, multiple),
      numFrames: checkFrames(
        settings.numFrames === undefined ? defaults.numFrames : settings.numFrames,
        temporal,
      ),
    }),
    async check(shape, signal) {
      taken ??= axesOf(decoder, signal).catch((error: unknown) => {
        taken = undefined
        throw error
      })
      const [frames, rows, columns] = await taken
      checkAxis(decoder, 'numFrames', shape.numFrames, frames, (count) => (count - 1) * temporal + 1)
      checkAxis(decoder, 'height', shape.height, rows, (count) => count * spatial)
      checkAxis(decoder, 'width', shape.width, columns, (count) => count * spatial)
    },
    decode(x, shape, signal) {
      const dims = [1, statistics.scaling.length, ...axes(shape)]
      const latents = { type: 'float32', dims, data: toDecoder(x, statistics) } as const
      return decodePart(decoder, latents, shape, signal, decoderFeeds)
    },
  }
}

/** Latent frames, rows and columns that the decoder declares. */
function axesOf(decoder: Part, signal: AbortSignalLike | undefined): Promise<readonly (number | string)[]> {
  return decoder.use(
    async ({ inputs }) => inputs.find(({ dims }) => dims.length > 3)?.dims.slice(-3) ?? [],
    signal,
  )
}

/** Decoders of clips are often exported for one length alone. */
function checkAxis(
  { path }: Part,
  field: 'numFrames' | 'height' | 'width',
  asked: number,
  latents: number | string | undefined,
  pixelsOf: (latents: number) => number,
): void {
  if (latents === undefined || isFree(latents) || pixelsOf(Number(latents)) === asked) return
  throw invalidArgument(
    field,
    `${asked} is not what ${path} was exported for; pass ${pixelsOf(Number(latents))}, or export it for ${asked}`,
  )
}

function checkFrames(numFrames: number, temporal: number): number {
  const valid = Number.isInteger(numFrames) && numFrames >= 1 && numFrames <= MAX_FRAMES
  if (valid && (numFrames - 1) % temporal === 0) return numFrames
  const below = valid ? Math.floor((numFrames - 1) / temporal) * temporal + 1 : 0
  const nearest = valid ? `the nearest are ${below} and ${below + temporal}` : `from 1 to ${MAX_FRAMES}`
  throw invalidArgument(
    'numFrames',
    `${shown(numFrames)} is not 1 more than a multiple of ${temporal}; ${nearest}`,
  )
}
