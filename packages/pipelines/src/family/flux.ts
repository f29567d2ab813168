import { type AbortSignalLike, baselineFromConfig, type Feeds, readConfig } from '@fastflow/core'
import type { ImageInput } from '../state/image-input.ts'
import { packPatches } from '../state/patches.ts'
import { fromEncoder, readScaling, toDecoder } from '../state/statistics.ts'
import { checkNumSteps } from '../task/checks.ts'
import type { ModelOption } from '../task/options.ts'
import type { TaskModel } from '../task/task-model.ts'
import { encodeFlux } from '../text/encode-flux.ts'
import { readAutoencoder, scaleOf } from './autoencoder.ts'
import { givesLatents } from './check-latents.ts'
import { embeddedGuidance } from './embedded-guidance.ts'
import { encodePart } from './encode-part.ts'
import type { Family, FamilySource } from './family.ts'
import { kontextSize } from './kontext-size.ts'
import { latentModel } from './latent-model.ts'
import { BEHIND_STATE } from './network-passes.ts'
import { channelsOfTokens, openPacked, tokenGrid } from './packed-latents.ts'
import { checkStrength, pictureOf } from './picture.ts'
import { readDefaults } from './plane-latents.ts'
import { gridIds, idsTensor, textIds } from './position-ids.ts'
import type { Size } from './sizes.ts'
import { openText, readingNotes } from './texts.ts'

/** FLUX.1: CLIP's whole and T5's tokens, guidance as an input of the network. Its picture is where the run begins. */
export const flux: Family = {
  classNames: ['FluxPipeline', 'FluxImg2ImgPipeline'],
  open: (source) => open(source, false),
}

/** FLUX.1 Kontext: the same, with the picture to be changed as tokens behind the state. */
export const fluxKontext: Family = {
  classNames: ['FluxKontextPipeline'],
  open: (source) => open(source, true),
}

/** Latents on a side, unless told otherwise. */
const SIDE = 128
const AXES = 3

async function open(source: FamilySource, edits: boolean): Promise<TaskModel> {
  const { folder, parts } = source
  const config = await readConfig(folder, 'transformer/config.json')
  const channels = channelsOfTokens(config)
  const vae = await readAutoencoder(folder, 'vae_decoder', channels)
  const statistics = readScaling(vae)
  const scale = scaleOf(vae)
  const embedded = config.at('guidance_embeds').value === true
  const defaults = {
    ...readDefaults(config, { numSteps: 28, guidanceScale: embedded ? 3.5 : 0 }),
    width: SIDE * scale,
    height: SIDE * scale,
  }
  const packed = await openPacked(source, {
    defaults,
    channels,
    scale,
    toDecoder: (latents) => toDecoder(latents, statistics),
  })
  const { scheduler } = packed
  const clip = await openText(source, 'text_encoder')
  const t5 = await openText(source, 'text_encoder_2')
  const hasEncoder = edits || (await folder.has('vae_encoder/model.onnx'))
  const encoder = hasEncoder ? await parts.open('vae_encoder', givesLatents(channels)) : undefined
  const pictures: readonly ModelOption[] = edits
    ? ['image', 'images', 'autoResize']
    : ['image', 'images', 'strength']

  async function tokensOf(
    image: ImageInput,
    size: Size,
    seed: number | undefined,
    signal: AbortSignalLike | undefined,
  ): Promise<{ readonly tokens: Float32Array; readonly rows: number; readonly columns: number }> {
    const latents = await encodePart(encoder!, pictureOf(image, size), channels, { seed, signal })
    const tokens = packPatches(fromEncoder(latents.data, statistics), latents)
    return { tokens, rows: latents.height / 2, columns: latents.width / 2 }
  }

  return latentModel(source, {
    ...packed,
    task: edits ? 'image-editing' : 'text-to-image',
    defaults,
    options: [
      'negativePrompt',
      'prompts',
      'width',
      'height',
      'maxSequenceLength',
      'trueGuidanceScale',
      ...(encoder ? pictures : []),
    ],
    fps: undefined,
    roles: [
      'encoder_hidden_states',
      'pooled_projections',
      'txt_ids',
      'img_ids',
      ...(embedded ? ['guidance'] : []),
    ],
    others: [clip.part, t5.part, ...(edits ? [encoder!] : [])],
    tokenizers: [clip.tokenizer, t5.tokenizer],
    baseline({ numSteps, strength }, { dims }) {
      const grid = scheduler.use_flow_sigmas === true ? 'scheduler' : 'pipeline'
      const options = { grid, imageSeqLen: dims[0]!, ...(strength !== undefined && { strength }) } as const
      return baselineFromConfig(scheduler, checkNumSteps({ defaults }, numSteps), options)
    },
    guidance: (settings) => embeddedGuidance(settings, defaults, embedded),
    async encode(texts, options) {
      const prompts = texts.map(({ text }) => text)
      const encoded = await encodeFlux({ clip, t5 }, prompts, options)
      return encoded.map(({ embeddings, pooled, readings }) => ({
        feeds: { encoder_hidden_states: embeddings, pooled_projections: pooled },
        notes: readingNotes(readings),
      }))
    },
    async picture({ image, strength, seed = 0, autoResize = true, signal }, size) {
      if (image === undefined) return {}
      if (!edits) {
        checkStrength(strength)
        return { clean: (await tokensOf(image, size, seed, signal)).tokens }
      }
      const { tokens, rows, columns } = await tokensOf(
        image,
        kontextSize(image, 2 * scale, autoResize),
        undefined,
        signal,
      )
      const behind = { type: 'float32', dims: [1, rows * columns, 4 * channels], data: tokens } as const
      return { feeds: { [BEHIND_STATE]: behind, behind_ids: idsTensor(gridIds(rows, columns, AXES, 1)) } }
    },
    feeds(run, shape, { encoder_hidden_states: text, behind_ids: behind }): Feeds {
      const own = gridIds(...tokenGrid(shape, scale), AXES)
      const all = behind ? [own, { axes: AXES, data: behind.data as Float32Array }] : [own]
      return {
        txt_ids: idsTensor(textIds(text!.dims[1]!, AXES, false)),
        img_ids: idsTensor(...all),
        ...(run.embedded !== undefined && {
          guidance: { type: 'float32', dims: [1], data: Float32Array.of(run.embedded) },
        }),
      }
    },
    time: (_, timestep) => timestep / 1000,
  })
}
