import { baselineFromConfig, type ConfigFile, type Feeds, type ModelFolder, readConfig } from '@fastflow/core'
import { packPatches } from '../state/patches.ts'
import { checkNumSteps } from '../task/checks.ts'
import type { ModelOption } from '../task/options.ts'
import type { TaskModel } from '../task/task-model.ts'
import { encodeFlux2Klein } from '../text/encode-flux2-klein.ts'
import { readAutoencoder, scaleOf } from './autoencoder.ts'
import { givesLatents } from './check-latents.ts'
import { encodePart } from './encode-part.ts'
import type { Family, FamilySource } from './family.ts'
import { endsAt, scaleAboveOne } from './guidance.ts'
import { latentModel } from './latent-model.ts'
import { BEHIND_STATE } from './network-passes.ts'
import { channelsOfTokens, openPacked, tokenGrid } from './packed-latents.ts'
import { croppedPicture } from './picture.ts'
import { readDefaults } from './plane-latents.ts'
import { gridIds, idsTensor, textIds } from './position-ids.ts'
import { openText, readingNotes } from './texts.ts'

/** FLUX.2 klein: three hidden states of Qwen 3, positions on four axes, latents normalised by what a batch norm has seen. */
export const flux2Klein: Family = { classNames: ['Flux2KleinPipeline'], open }

/** Latents on a side, unless told otherwise. */
const SIDE = 128
const AXES = 4
/** Position of the picture on the first axis; the state is at 0. */
const PICTURE = 10
/** Most pixels of a picture to be changed. */
const MOST_PIXELS = 1024 * 1024

async function open(source: FamilySource): Promise<TaskModel> {
  const { folder, index, parts } = source
  const config = await readConfig(folder, 'transformer/config.json')
  const channels = channelsOfTokens(config)
  const vae = await readAutoencoder(folder, 'vae_decoder', channels)
  const { mean, deviation } = await readBatchNorm(folder, vae, 4 * channels)
  const scale = scaleOf(vae)
  const distilled = index.values.is_distilled === true
  const own = distilled ? { numSteps: 4, guidanceScale: 1 } : { numSteps: 50, guidanceScale: 4 }
  const defaults = { ...readDefaults(config, own), width: SIDE * scale, height: SIDE * scale }
  const packed = await openPacked(source, {
    defaults,
    channels,
    scale,
    toDecoder: (latents) => latents,
  })
  const { scheduler } = packed
  const text = await openText(source, 'text_encoder')
  const encoder = (await folder.has('vae_encoder/model.onnx'))
    ? await parts.open('vae_encoder', givesLatents(channels))
    : undefined
  const pictures: readonly ModelOption[] = ['image', 'images']
  return latentModel(source, {
    ...packed,
    task: 'text-to-image',
    defaults,
    options: [
      'negativePrompt',
      'prompts',
      'width',
      'height',
      'maxSequenceLength',
      ...(encoder ? pictures : []),
    ],
    fps: undefined,
    roles: ['encoder_hidden_states', 'txt_ids', 'img_ids'],
    others: [text.part, ...(encoder ? [encoder] : [])],
    tokenizers: [text.tokenizer],
    baseline({ numSteps }, { dims }) {
      const steps = checkNumSteps({ defaults }, numSteps)
      const grid = scheduler.use_flow_sigmas === true ? 'scheduler' : 'pipeline'
      return baselineFromConfig(scheduler, steps, { grid, mu: empiricalMu(dims[0]!, steps) })
    },
    guidance: (settings) => endsAt(settings, distilled ? 1 : scaleAboveOne(settings, defaults), 0),
    encode: (texts, options) =>
      text.use(async (qwen3) => {
        const prompts = texts.map((one) => one.text)
        const encoded = await encodeFlux2Klein(qwen3, prompts, options)
        return encoded.map(({ embeddings, readings }) => ({
          feeds: { encoder_hidden_states: embeddings },
          notes: readingNotes(readings),
        }))
      }, options.signal),
    async picture({ image, signal }) {
      if (image === undefined || encoder === undefined) return {}
      const picture = croppedPicture(image, MOST_PIXELS, 2 * scale)
      const latents = await encodePart(encoder, picture, channels, { signal })
      const data = packPatches(latents.data, latents).map(
        (value, k) => (value - mean[k % mean.length]!) / deviation[k % mean.length]!,
      )
      const [rows, columns] = [latents.height / 2, latents.width / 2]
      const behind = { type: 'float32', dims: [1, rows * columns, 4 * channels], data } as const
      return {
        feeds: { [BEHIND_STATE]: behind, behind_ids: idsTensor(gridIds(rows, columns, AXES, PICTURE)) },
      }
    },
    feeds(_, shape, { encoder_hidden_states: states, behind_ids: behind }): Feeds {
      const ids = gridIds(...tokenGrid(shape, scale), AXES)
      const all = behind ? [ids, { axes: AXES, data: behind.data as Float32Array }] : [ids]
      return {
        txt_ids: idsTensor(textIds(states!.dims[1]!, AXES, true)),
        img_ids: idsTensor(...all),
      }
    },
    time: (_, timestep) => timestep / 1000,
    decode: (x, shape, signal) =>
      packed.decode(
        x.map((value, k) => value * deviation[k % mean.length]! + mean[k % mean.length]!),
        shape,
        signal,
      ),
  })
}

interface BatchNorm {
  /** One a number of a token. */
  readonly mean: readonly number[]
  readonly deviation: readonly number[]
}

/** Diffusers keeps these statistics in the weights of the autoencoder, which an ONNX folder lacks. */
async function readBatchNorm(folder: ModelFolder, vae: ConfigFile, numbers: number): Promise<BatchNorm> {
  for (const field of ['bn_running_mean', 'bn_running_var'])
    if (!vae.has(field))
      throw vae.wrong(
        field,
        `where the statistics of its batch norm are needed; write vae.bn.running_mean and vae.bn.running_var into ${folder.location}/vae_decoder/config.json, as fastflow-diffusers export does`,
      )
  const range = { least: -1e6, most: 1e6, length: numbers }
  const epsilon = vae.number('batch_norm_eps', { least: 0, most: 1, otherwise: 1e-4 })
  return {
    mean: vae.at('bn_running_mean').numbers(range),
    deviation: vae
      .at('bn_running_var')
      .numbers({ ...range, least: 0 })
      .map((variance) => Math.sqrt(variance + epsilon)),
  }
}

/** The pipeline's own fit of the shift by tokens and steps. */
function empiricalMu(tokens: number, steps: number): number {
  const at200 = 0.00016927 * tokens + 0.45666666
  if (tokens > 4300) return at200
  const at10 = 8.73809524e-5 * tokens + 1.89833333
  const slope = (at200 - at10) / 190
  return slope * steps + at200 - 200 * slope
}
