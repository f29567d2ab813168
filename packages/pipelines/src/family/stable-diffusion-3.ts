import { baselineFromConfig, readConfig } from '@fastflow/core'
import { fromEncoder } from '../state/statistics.ts'
import { checkNumSteps } from '../task/checks.ts'
import type { TaskModel } from '../task/task-model.ts'
import { encodeSd3 } from '../text/encode-sd3.ts'
import { givesLatents } from './check-latents.ts'
import { encodePart } from './encode-part.ts'
import { type Family, type FamilySource, hasPart } from './family.ts'
import { guidanceAboveOne } from './guidance.ts'
import { latentModel } from './latent-model.ts'
import { checkStrength, pictureOf } from './picture.ts'
import { openPlanes } from './plane-latents.ts'
import { openText, readingNotes } from './texts.ts'

/** Stable Diffusion 3 and 3.5: three text encoders, latents in planes. Its picture, if it gets one, is where the run begins. */
export const stableDiffusion3: Family = {
  classNames: ['StableDiffusion3Pipeline', 'StableDiffusion3Img2ImgPipeline'],
  open,
}

async function open(source: FamilySource): Promise<TaskModel> {
  const { folder, index, parts } = source
  const config = await readConfig(folder, 'transformer/config.json')
  const width = config.whole('joint_attention_dim', { least: 1, most: 65_536 })
  const patch = config.whole('patch_size', { least: 1, most: 64, otherwise: 2 })
  const planes = await openPlanes(source, config, {
    patch,
    side: config.whole('sample_size', { least: 1, most: 4096, otherwise: 128 }),
    numSteps: 28,
    guidanceScale: 7,
  })
  const { channels, defaults, scheduler, statistics } = planes
  const clipL = await openText(source, 'text_encoder')
  const clipG = await openText(source, 'text_encoder_2')
  // Models may come without T5, and are then fed zeros.
  const t5 = hasPart(index, 'text_encoder_3') ? await openText(source, 'text_encoder_3') : undefined
  const encoders = [clipL, clipG, ...(t5 ? [t5] : [])]
  const encoder = (await folder.has('vae_encoder/model.onnx'))
    ? await parts.open('vae_encoder', givesLatents(channels))
    : undefined
  return latentModel(source, {
    ...planes,
    task: 'text-to-image',
    options: [
      'negativePrompt',
      'prompts',
      'width',
      'height',
      'maxSequenceLength',
      ...(encoder ? (['image', 'images', 'strength'] as const) : []),
    ],
    fps: undefined,
    roles: ['encoder_hidden_states', 'pooled_projections'],
    others: encoders.map(({ part }) => part),
    tokenizers: encoders.map(({ tokenizer }) => tokenizer),
    baseline({ numSteps, strength }, { dims }) {
      const imageSeqLen = Math.floor(dims[1]! / patch) * Math.floor(dims[2]! / patch)
      const options = { grid: 'scheduler', imageSeqLen, ...(strength !== undefined && { strength }) } as const
      return baselineFromConfig(scheduler, checkNumSteps({ defaults }, numSteps), options)
    },
    guidance: (settings) => guidanceAboveOne(settings, defaults),
    async encode(texts, options) {
      const prompts = texts.map(({ text }) => text)
      const encoded = await encodeSd3({ clipL, clipG, t5, width }, prompts, options)
      return encoded.map(({ embeddings, pooled, readings }) => ({
        feeds: { encoder_hidden_states: embeddings, pooled_projections: pooled },
        notes: readingNotes(readings),
      }))
    },
    async picture({ image, strength, seed = 0, signal }, size) {
      if (encoder === undefined || image === undefined) return {}
      checkStrength(strength)
      const { data } = await encodePart(encoder, pictureOf(image, size), channels, { seed, signal })
      return { clean: fromEncoder(data, statistics) }
    },
    time: (_, timestep) => timestep,
  })
}
