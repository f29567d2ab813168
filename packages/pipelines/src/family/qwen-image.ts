import { baselineFromConfig, type Feeds, readConfig } from '@fastflow/core'
import { readChannelStatistics, toDecoder } from '../state/statistics.ts'
import { checkNumSteps } from '../task/checks.ts'
import type { TaskModel } from '../task/task-model.ts'
import { encodeQwenImage } from '../text/encode-qwen-image.ts'
import { readAutoencoder } from './autoencoder.ts'
import { embeddedGuidance } from './embedded-guidance.ts'
import type { Family, FamilySource } from './family.ts'
import { rowNorms } from './joins.ts'
import { latentModel } from './latent-model.ts'
import { maskedText } from './masked-text.ts'
import { channelsOfTokens, openPacked, tokenGrid } from './packed-latents.ts'
import { readDefaults } from './plane-latents.ts'
import { openText } from './texts.ts'

/** Qwen-Image: Qwen 2.5 behind a template, guidance beside a negative prompt that keeps the norm of every token. */
export const qwenImage: Family = { classNames: ['QwenImagePipeline'], open }

/** Latents on a side, unless told otherwise. */
const SIDE = 128

async function open(source: FamilySource): Promise<TaskModel> {
  const config = await readConfig(source.folder, 'transformer/config.json')
  const channels = channelsOfTokens(config)
  const vae = await readAutoencoder(source.folder, 'vae_decoder', channels, 'z_dim')
  const statistics = readChannelStatistics(
    vae,
    channels,
    'restore it: Diffusers keeps it in the config of the autoencoder',
  )
  const scale = 2 ** vae.at('temperal_downsample').items().length
  const embedded = config.at('guidance_embeds').value === true
  const defaults = {
    ...readDefaults(config, { numSteps: 50, guidanceScale: 1 }),
    trueGuidanceScale: 4,
    width: SIDE * scale,
    height: SIDE * scale,
  }
  const packed = await openPacked(source, {
    defaults,
    channels,
    scale,
    toDecoder: (latents) => toDecoder(latents, statistics),
    frameAxis: true,
  })
  const { scheduler } = packed
  const text = await openText(source, 'text_encoder')
  return latentModel(source, {
    ...packed,
    task: 'text-to-image',
    defaults,
    options: ['negativePrompt', 'prompts', 'width', 'height', 'maxSequenceLength', 'trueGuidanceScale'],
    fps: undefined,
    roles: [
      'encoder_hidden_states',
      'encoder_attention_mask',
      'img_shapes',
      ...(embedded ? ['guidance'] : []),
    ],
    others: [text.part],
    tokenizers: [text.tokenizer],
    baseline: ({ numSteps }, { dims }) =>
      baselineFromConfig(scheduler, checkNumSteps({ defaults }, numSteps), {
        grid: 'pipeline',
        imageSeqLen: dims[0]!,
      }),
    guidance: (settings) => ({ ...embeddedGuidance(settings, defaults, embedded), joined: true }),
    join: ({ dims }) => rowNorms(dims[1]!),
    encode: (texts, options) =>
      text.use(async (encoder) => {
        const prompts = texts.map((one) => one.text)
        return (await encodeQwenImage(encoder, prompts, options)).map(maskedText)
      }, options.signal),
    feeds(run, shape): Feeds {
      const sizes = [1, ...tokenGrid(shape, scale)].map(BigInt)
      return {
        img_shapes: { type: 'int64', dims: [1, 3], data: BigInt64Array.from(sizes) },
        ...(run.embedded !== undefined && {
          guidance: { type: 'float32', dims: [1], data: Float32Array.of(run.embedded) },
        }),
      }
    },
    time: (_, timestep) => timestep / 1000,
  })
}
