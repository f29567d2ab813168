import { FastFlowError, type ModelRunner } from '@fastflow/core'
import { isFree } from './sizes.ts'
import type { VaeConfig } from './vae-config.ts'

/** Latents on a side that are enough to see how many pixels one becomes. */
const PROBE = 8

const DECODER = 'vae_decoder/model.onnx'

/**
 * Checks that the decoder makes as many pixels of a latent as `scale_factor` says: as its file tells, or else by one pass of
 * it over a few latents. A decoder that tells nothing of its output at all is checked when it decodes.
 *
 * @param side latents on a side.
 * @throws FastFlowError `model-unreadable` naming the field, `model-mismatch` for a decoder that makes no RGB pictures.
 */
export async function checkScale(decoder: ModelRunner, vae: VaeConfig, side: number): Promise<void> {
  const told = decoder.outputs.find(({ name }) => name === 'sample')?.dims ?? []
  if (told.length === 0) return
  const [latents, dims] = told.slice(1).some(isFree) ? await probe(decoder, vae, side) : [side, told]
  checkPictures(dims, vae, latents)
}

/**
 * @param dims of what the decoder made, [batch, 3, height, width].
 * @param side latents on a side that it made them of.
 */
export function checkPictures(dims: readonly (number | string)[], vae: VaeConfig, side: number): void {
  const [, channels, height, width] = dims
  if (dims.length !== 4 || channels !== 3) {
    const message = `${DECODER}: its output sample has the shape [${dims.join(', ')}], not [batch, 3, height, width]; export a decoder of RGB pictures`
    throw new FastFlowError({ code: 'model-mismatch', field: DECODER, message })
  }
  const pixels = side * vae.scaleFactor
  if (height === pixels && width === pixels) return
  const made = `${DECODER} makes ${height} x ${width} pixels of ${side} x ${side} latents`
  throw vae.file.wrong('scale_factor', `does not fit: ${made}, where ${pixels} x ${pixels} are expected`)
}

async function probe(
  decoder: ModelRunner,
  { channels }: VaeConfig,
  side: number,
): Promise<readonly [number, readonly number[]]> {
  const taken = decoder.inputs.find(({ name }) => name === 'latent_sample')?.dims.slice(2) ?? []
  const latents = taken.every(isFree) ? Math.min(side, PROBE) : side
  const data = new Float32Array(channels * latents * latents)
  const feed = { type: 'float32', dims: [1, channels, latents, latents], data } as const
  const { outputs } = await decoder.run({ latent_sample: feed }, { fetches: ['sample'] })
  return [latents, outputs.sample!.dims]
}
