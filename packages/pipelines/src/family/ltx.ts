import { baselineFromConfig, type ConfigFile, type Feeds, readConfig } from '@fastflow/core'
import { unpackTokens } from '../state/patches.ts'
import { readChannelStatistics } from '../state/statistics.ts'
import { checkNumSteps } from '../task/checks.ts'
import type { TaskModel } from '../task/task-model.ts'
import { encodeLtx } from '../text/encode-ltx.ts'
import { readAutoencoder } from './autoencoder.ts'
import { openClips } from './clip-latents.ts'
import type { Family, FamilySource } from './family.ts'
import { guidanceAboveOne } from './guidance.ts'
import { rescaled } from './joins.ts'
import { latentModel } from './latent-model.ts'
import { maskedText } from './masked-text.ts'
import { openText } from './texts.ts'

/** LTX-Video, text to video: T5, a token a latent, positions in seconds and pixels. */
export const ltx: Family = { classNames: ['LTXPipeline'], open }

const FPS = 25

const statisticsMissing =
  'Diffusers keeps it in the weights alone: write vae.latents_mean.tolist() and vae.latents_std.tolist() of the original there'

/** The pipeline's `decode_timestep`: newer decoders are told how much noise latents have, by default none. */
const noiseless: Feeds[string] = { type: 'float32', dims: [1], data: new Float32Array(1) }

async function open(source: FamilySource): Promise<TaskModel> {
  const { folder } = source
  const config = await readConfig(folder, 'transformer/config.json')
  const channels = config.whole('in_channels', { least: 1, most: 4096 })
  for (const field of ['patch_size', 'patch_size_t'])
    if (config.whole(field, { least: 1, most: 64, otherwise: 1 }) !== 1) throw config.unsupported(field, '1')
  const vae = await readAutoencoder(folder, 'vae_decoder', channels)
  const spatial = compressionOf(vae, 'spatial_compression_ratio', 'patch_size', 4)
  const temporal = compressionOf(vae, 'temporal_compression_ratio', 'patch_size_t', 1)
  const clips = await openClips(source, config, {
    statistics: readChannelStatistics(vae, channels, statisticsMissing),
    spatial,
    temporal,
    // The pipeline wants multiples of 32, whatever a latent covers; both are powers of two.
    multiple: Math.max(32, spatial),
    defaults: {
      numSteps: 50,
      guidanceScale: 3,
      width: 704,
      height: 512,
      numFrames: 161,
      fps: FPS,
      guidanceRescale: 0,
    },
    ...(vae.values.timestep_conditioning === true && {
      decoderFeeds: { timestep: noiseless, temb: noiseless },
    }),
  })
  const { axes, defaults, scheduler } = clips
  const text = await openText(source, 'text_encoder')
  return latentModel(source, {
    ...clips,
    task: 'text-to-video',
    options: [
      'negativePrompt',
      'prompts',
      'numFrames',
      'width',
      'height',
      'fps',
      'guidanceRescale',
      'maxSequenceLength',
    ],
    fps: FPS,
    roles: [
      'encoder_hidden_states',
      'encoder_attention_mask',
      'num_frames',
      'height',
      'width',
      'rope_interpolation_scale',
    ],
    others: [text.part],
    tokenizers: [text.tokenizer],
    shape(settings) {
      const clip = clips.clip(settings)
      const [frames, rows, columns] = axes(clip)
      return { dims: [frames * rows * columns, channels], ...clip }
    },
    baseline: ({ numSteps }, { dims }) =>
      baselineFromConfig(scheduler, checkNumSteps({ defaults }, numSteps), {
        grid: 'pipeline',
        imageSeqLen: dims[0]!,
      }),
    guidance(settings) {
      const { guidanceRescale = 0 } = settings
      return { ...guidanceAboveOne(settings, defaults), joined: guidanceRescale > 0 }
    },
    join: ({ settings: { guidanceRescale = 0 } }) =>
      guidanceRescale > 0 ? rescaled(guidanceRescale) : undefined,
    encode: (texts, options) =>
      text.use(async (encoder) => {
        const prompts = texts.map((one) => one.text)
        return (await encodeLtx(encoder, prompts, options)).map(maskedText)
      }, options.signal),
    feeds({ settings: { fps = FPS } }, shape) {
      const [frames, rows, columns] = axes(shape)
      const scale = Float32Array.of(temporal / fps, spatial, spatial)
      return {
        num_frames: whole(frames),
        height: whole(rows),
        width: whole(columns),
        rope_interpolation_scale: { type: 'float32', dims: [3], data: scale },
      }
    },
    time: (_, timestep) => timestep,
    decode: (x, shape, signal) => clips.decode(unpackTokens(x, channels), shape, signal),
  })
}

function whole(value: number): Feeds[string] {
  return { type: 'int64', dims: [], data: BigInt64Array.of(BigInt(value)) }
}

/** Pixels or frames of a latent: those of a patch, doubled by every block that scales. */
function compressionOf(vae: ConfigFile, field: string, patch: string, otherwise: number): number {
  if (vae.has(field)) return vae.at(field).whole({ least: 1, most: 256 })
  const blocks = vae.has('spatio_temporal_scaling')
    ? vae
        .at('spatio_temporal_scaling')
        .items()
        .filter((block) => block.flag()).length
    : 3
  return vae.whole(patch, { least: 1, most: 64, otherwise }) * 2 ** blocks
}
