import type { AbortSignalLike, ModelRunner, Tensor } from '@fastflow/core'
import { throwIfAborted } from '@fastflow/core/backend'
import type { VaeConfig } from './vae-config.ts'

/**
 * Latents [1, channels, side, side] of planar pixels [3, size, size] in [-1, 1].
 *
 * @throws FastFlowError `model-unreadable` where the encoder makes another number of them than the config says.
 */
export async function encodePixels(
  runner: ModelRunner,
  { file, channels, scaling, shift, scaleFactor }: VaeConfig,
  pixels: Float32Array,
  size: number,
  signal: AbortSignalLike | undefined,
): Promise<Tensor> {
  throwIfAborted(signal, 'encoding the picture')
  const sample: Tensor = { type: 'float32', dims: [1, 3, size, size], data: pixels }
  const { outputs } = await runner.run({ sample }, { fetches: ['latent_sample'] })
  const { dims, data } = outputs.latent_sample!
  const wanted = [1, channels, size / scaleFactor, size / scaleFactor]
  if (dims.join() !== wanted.join()) {
    const made = `vae_encoder/model.onnx makes latents [${dims.join(', ')}] of ${size} x ${size} pixels`
    throw file.wrong('scale_factor', `does not fit: ${made}, where [${wanted.join(', ')}] are expected`)
  }
  return { type: 'float32', dims, data: (data as Float32Array).map((z) => (z - shift) * scaling) }
}
