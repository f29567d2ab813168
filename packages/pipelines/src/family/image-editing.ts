import { type AbortSignalLike, invalidArgument, type Tensor } from '@fastflow/core'
import { encodePixels } from '../state/encode.ts'
import { planarPixels } from '../state/image-input.ts'
import { readVae } from '../state/vae-config.ts'
import type { Subjects } from '../task/options.ts'
import type { Condition, TaskModel } from '../task/task-model.ts'
import { calibrationPrompts } from '../text/calibration-prompts.ts'
import { checkPrompt } from '../text/prompt.ts'
import type { Family, FamilySource } from './family.ts'
import { loadNetworks } from './load-network.ts'
import { syntheticImages } from './shapes.ts'
import { loadTextParts, promptConditions, textCondition, textModel } from './text-parts.ts'

/** Calibration never makes more runs than this. */
const MAX_PAIRS = 64

/** An image-editing folder: a picture changed as a prompt says. Both passes of guidance see the picture. */
export const imageEditing: Family = { classNames: ['ImageEditPipeline'], open }

async function open({ folder, index, options }: FamilySource): Promise<TaskModel> {
  return loadNetworks(folder, options, async (load, dispose) => {
    const parts = await loadTextParts(folder, index, load, { frames: false, image: true })
    const { channels, side } = parts
    const vae = await readVae(folder, 'vae_encoder', channels, side)
    if (vae.scaleFactor !== parts.vae.scaleFactor)
      throw vae.file.wrong('scale_factor', `where vae_decoder/config.json has ${parts.vae.scaleFactor}`)
    const size = side * vae.scaleFactor
    const encoder = await load('vae_encoder/model.onnx', {
      inputs: [{ name: 'sample', type: 'float32', dims: ['batch', 3, size, size] }],
      output: { name: 'latent_sample', dims: ['batch', channels, side, side] },
      sizes: 'scale_factor in vae_encoder/config.json',
    })
    const model = textModel(parts, 'image-editing', [encoder])
    const latentsOf = (pixels: Float32Array, signal: AbortSignalLike | undefined): Promise<Tensor> =>
      encodePixels(encoder, vae, pixels, size, signal)
    const pairs = async ({ prompts, images, signal }: Subjects): Promise<readonly Condition[]> => {
      const texts = await calibrationPrompts(folder, prompts)
      const pixels = checkImages(images, size)
      const conditions = await promptConditions(parts, texts, signal)
      const sources: Tensor[] = []
      for (const one of pixels) sources.push(await latentsOf(one, signal))
      return pairUp(conditions, sources)
    }
    return {
      ...model,
      options: ['negativePrompt', 'prompts', 'image', 'images'],
      shape: () => ({ dims: [channels, side, side], width: size, height: size, numFrames: 1 }),
      async condition(subject, flowOptions) {
        checkPrompt(subject, 'prompt')
        const pixels = planarPixels(flowOptions.image, size, 'image')
        const condition = await textCondition(parts, model, subject, flowOptions)
        return withImage(condition, await latentsOf(pixels, flowOptions.signal))
      },
      calibrationConditions: pairs,
      dispose,
    }
  })
}

function checkImages(images: Subjects['images'], size: number): readonly Float32Array[] {
  if (images !== undefined && !(Array.isArray(images) && images.length > 0))
    throw invalidArgument('images', 'is not a list of pictures; pass some, or leave it out')
  return (images ?? syntheticImages(size)).map((image, n) => planarPixels(image, size, `images[${n}]`))
}

/** Every prompt with one picture after the other; prompts alternate fastest. */
function pairUp(conditions: readonly Condition[], sources: readonly Tensor[]): readonly Condition[] {
  const count = Math.min(MAX_PAIRS, conditions.length * sources.length)
  return Array.from({ length: count }, (_, n) => {
    const round = Math.floor(n / conditions.length)
    return withImage(conditions[n % conditions.length]!, sources[(n + round) % sources.length]!)
  })
}

function withImage(condition: Condition, source: Tensor): Condition {
  const add = (feeds: Condition['feeds']): Condition['feeds'] => ({ ...feeds, image_latents: source })
  const { feeds, unconditional } = condition
  return { ...condition, feeds: add(feeds), unconditional: unconditional && add(unconditional) }
}
