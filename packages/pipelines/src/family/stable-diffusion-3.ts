import { baselineFromConfig, readConfig } from '@fastflow/core'
import { fromEncoder, readScaling, toDecoder } from '../state/statistics.ts'
import { checkNumSteps } from '../task/checks.ts'
import type { TaskModel } from '../task/task-model.ts'
import { encodeSd3 } from '../text/encode-sd3.ts'
import { readAutoencoder, scaleOf } from './autoencoder.ts'
import { decodePart } from './decode-part.ts'
import { encodePart } from './encode-part.ts'
import type { Family, FamilySource } from './family.ts'
import { guidanceAboveOne } from './guidance.ts'
import { latentModel } from './latent-model.ts'
import { checkStrength, pictureOf } from './picture.ts'
import { readScheduler } from './scheduler.ts'
import { sizeOfRun } from './sizes.ts'
import { openText, readingNotes } from './texts.ts'

/** Stable Diffusion 3 and 3.5: three text encoders, latents in planes. Its picture, if it gets one, is where the run begins. */
export const stableDiffusion3: Family = {
  classNames: ['StableDiffusion3Pipeline', 'StableDiffusion3Img2ImgPipeline'],
  open,
}

async function open(source: FamilySource): Promise<TaskModel> {
  const { folder, index, parts } = source
  const config = await readConfig(folder, 'transformer/config.json')
  const channels = config.whole('in_channels', { least: 1, most: 4096 })
  const width = config.whole('joint_attention_dim', { least: 1, most: 65_536 })
  const patch = config.whole('patch_size', { least: 1, most: 64, otherwise: 2 })
  const vae = await readAutoencoder(folder, 'vae_decoder', channels)
  const scheduler = await readScheduler(folder)
  const statistics = readScaling(vae)
  const scale = scaleOf(vae)
  const side = config.whole('sample_size', { least: 1, most: 4096, otherwise: 128 }) * scale
  const clipL = await openText(source, 'text_encoder')
  const clipG = await openText(source, 'text_encoder_2')
  // Models may come without T5, and are then fed zeros.
  const t5 = index.has('text_encoder_3') ? await openText(source, 'text_encoder_3') : undefined
  const texts = [clipL, clipG, ...(t5 ? [t5] : [])]
  const transformer = await parts.open('transformer')
  const decoder = await parts.open('vae_decoder')
  const encoder = (await folder.has('vae_encoder/model.onnx')) ? await parts.open('vae_encoder') : undefined
  const defaults = { numSteps: 28, guidanceScale: 7, width: side, height: side }
  return latentModel(source, {
    task: 'text-to-image',
    defaults,
    options: [
      'negativePrompt',
      'prompts',
      'width',
      'height',
      'maxSequenceLength',
      ...(encoder ? (['image', 'images', 'strength'] as const) : []),
    ],
    fps: undefined,
    transformer,
    roles: ['encoder_hidden_states', 'pooled_projections'],
    others: texts.map(({ part }) => part),
    tokenizers: texts.map(({ tokenizer }) => tokenizer),
    shape(settings) {
      const size = sizeOfRun(settings, defaults, scale * patch)
      return { dims: [channels, size.height / scale, size.width / scale], ...size, numFrames: 1 }
    },
    baseline({ numSteps, strength }, { dims }) {
      const imageSeqLen = Math.floor(dims[1]! / patch) * Math.floor(dims[2]! / patch)
      const options = { grid: 'scheduler', imageSeqLen, ...(strength !== undefined && { strength }) } as const
      return baselineFromConfig(scheduler, checkNumSteps({ defaults }, numSteps), options)
    },
    guidance: (settings) => guidanceAboveOne(settings, defaults),
    encode: (prompts, options) =>
      clipL.use((l) =>
        clipG.use(async (g) => {
          const encode = (t: Parameters<typeof encodeSd3>[0]['t5']): ReturnType<typeof encodeSd3> =>
            encodeSd3({ clipL: l, clipG: g, t5: t, width }, prompts, options)
          const encoded = await (t5 ? t5.use(encode) : encode(undefined))
          return encoded.map(({ embeddings, pooled, readings }) => ({
            feeds: { encoder_hidden_states: embeddings, pooled_projections: pooled },
            notes: readingNotes(readings),
          }))
        }),
      ),
    async picture({ image, strength, seed = 0, signal }, size) {
      if (encoder === undefined || image === undefined) return {}
      checkStrength(strength)
      const { data } = await encodePart(encoder, pictureOf(image, size), channels, { seed, signal })
      return { clean: fromEncoder(data, statistics) }
    },
    time: (_, timestep) => timestep,
    decode(x, shape, signal) {
      const dims = [1, ...shape.dims]
      return decodePart(decoder, { type: 'float32', dims, data: toDecoder(x, statistics) }, shape, signal)
    },
  })
}
