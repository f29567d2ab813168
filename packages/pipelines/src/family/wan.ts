import { baselineFromConfig, type ConfigFile, readConfig } from '@fastflow/core'
import { readChannelStatistics } from '../state/statistics.ts'
import { checkNumSteps } from '../task/checks.ts'
import type { TaskModel } from '../task/task-model.ts'
import { encodeWan } from '../text/encode-wan.ts'
import { readAutoencoder } from './autoencoder.ts'
import { type ClipLatents, openClips } from './clip-latents.ts'
import type { Family, FamilySource } from './family.ts'
import { guidanceAboveOne } from './guidance.ts'
import { type LatentFlow, latentModel } from './latent-model.ts'
import { maskedText } from './masked-text.ts'
import { openText } from './texts.ts'

/** Wan 2.1 and 2.2, text to video: umT5, latents of clips in planes; 2.2 has a second network for low noise. */
export const wan: Family = { classNames: ['WanPipeline'], open }

/** Pixels that the pipeline wants width and height to be a multiple of, whatever a token covers. */
const MULTIPLE = 16

async function open(source: FamilySource): Promise<TaskModel> {
  const { folder, index } = source
  const config = await readConfig(folder, 'transformer/config.json')
  const channels = config.whole('in_channels', { least: 1, most: 4096 })
  const patch = readPatch(config)
  const vae = await readAutoencoder(folder, 'vae_decoder', channels, 'z_dim')
  const spatial = vae.whole('scale_factor_spatial', { least: 1, most: 256, otherwise: 8 })
  const clips = await openClips(source, config, {
    statistics: readChannelStatistics(vae, channels, 'copy it from vae/config.json of the original model'),
    spatial,
    temporal: vae.whole('scale_factor_temporal', { least: 1, most: 256, otherwise: 4 }),
    // All of these are powers of two.
    multiple: Math.max(MULTIPLE, spatial * patch),
    defaults: { numSteps: 50, guidanceScale: 5, width: 832, height: 480, numFrames: 81 },
  })
  const { axes, defaults, scheduler } = clips
  const second = await openSecond(source, clips)
  const text = await openText(source, 'text_encoder')
  return latentModel(source, {
    ...clips,
    ...(second && { second }),
    task: 'text-to-video',
    options: [
      'negativePrompt',
      'prompts',
      'numFrames',
      'width',
      'height',
      'maxSequenceLength',
      ...(second ? (['guidanceScale2'] as const) : []),
    ],
    // The model that knows the time of each token was trained on 24 frames a second, the others on 16.
    fps: index.values.expand_timesteps === true ? 24 : 16,
    roles: ['encoder_hidden_states'],
    others: [text.part],
    tokenizers: [text.tokenizer],
    shape(settings) {
      const clip = clips.clip(settings)
      return { dims: [channels, ...axes(clip)], ...clip }
    },
    baseline: ({ numSteps }) =>
      baselineFromConfig(scheduler, checkNumSteps({ defaults }, numSteps), { grid: 'scheduler' }),
    guidance(settings) {
      const guidance = guidanceAboveOne(settings, defaults)
      const { guidanceScale2 = guidance.guidanceScale } = settings
      return { ...guidance, joined: guidanceScale2 !== guidance.guidanceScale }
    },
    encode: (texts, options) =>
      text.use(async (encoder) => {
        const prompts = texts.map((one) => one.text)
        return (await encodeWan(encoder, prompts, options)).map(maskedText)
      }, options.signal),
    time: (_, timestep) => timestep,
    timeTokens({ dims }) {
      const [, frames, rows, columns] = dims as [number, number, number, number]
      return (frames * rows * columns) / patch ** 2
    },
  })
}

/** Rows and columns of a token. */
function readPatch(config: ConfigFile): number {
  if (!config.has('patch_size')) return 2
  const [frames, rows, columns] = config
    .at('patch_size')
    .numbers({ length: 3, whole: true, least: 1, most: 64 })
  if (frames !== 1 || rows !== columns) throw config.unsupported('patch_size', '[1, n, n]')
  return rows!
}

/** The network for low noise, where the folder says at which share of the training timesteps it takes over. */
async function openSecond(
  { index, parts }: FamilySource,
  { scheduler }: ClipLatents,
): Promise<LatentFlow['second']> {
  if (!index.has('boundary_ratio')) return undefined
  const ratio = index.number('boundary_ratio', { least: 0, most: 1, otherwise: 0 })
  return {
    part: await parts.open('transformer_2'),
    // Timesteps are compared in float32.
    boundary: Math.fround(ratio * (scheduler.num_train_timesteps ?? 1000)),
    scale: ({ settings, guidanceScale }) => settings.guidanceScale2 ?? guidanceScale,
  }
}
