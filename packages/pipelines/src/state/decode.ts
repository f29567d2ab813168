import type { AbortSignalLike, ModelRunner, ResidentRunner, Tensor } from '@fastflow/core'
import { throwIfAborted } from '@fastflow/core/backend'
import { checkPictures } from './check-scale.ts'
import { clipPixels } from './pixels.ts'
import { frameOf, layoutOf } from './planes.ts'
import type { VaeConfig } from './vae-config.ts'

/** Frames that go through the decoder in one batch. */
const BATCH = 16

/** Planar pixels [frames, 3, height, width] of latents, clipped to [-1, 1]; frames are decoded in batches. */
export async function decodeLatents(
  runner: ModelRunner,
  vae: VaeConfig,
  x: Float32Array,
  dims: readonly number[],
  signal: AbortSignalLike | undefined,
): Promise<Float32Array> {
  const { scaling, shift, scaleFactor } = vae
  const layout = layoutOf(dims)
  const { channels, frames, side } = layout
  const size = channels * side * side
  const pixelSize = 3 * (side * scaleFactor) ** 2
  const pixels = new Float32Array(frames * pixelSize)
  for (let begin = 0; begin < frames; begin += BATCH) {
    throwIfAborted(signal, 'decoding')
    const batch = Math.min(BATCH, frames - begin)
    const data = new Float32Array(batch * size)
    for (let n = 0; n < batch; n++) data.set(frameOf(x, layout, begin + n), n * size)
    for (let k = 0; k < data.length; k++) data[k] = data[k]! / scaling + shift
    const latents: Tensor = { type: 'float32', dims: [batch, channels, side, side], data }
    const { outputs } = await runner.run({ latent_sample: latents }, { fetches: ['sample'] })
    const sample = outputs.sample!
    checkPictures(sample.dims, vae, side)
    pixels.set(clipPixels(sample.data as Float32Array), begin * pixelSize)
  }
  return pixels
}

/** The same of an image's latents that lie on the graphics card: what leaves it is the pixels. */
export async function decodeResidentLatents<T>(
  runner: ResidentRunner<T>,
  { scaling, shift, scaleFactor }: VaeConfig,
  x: T,
  dims: readonly number[],
): Promise<Float32Array> {
  const { space } = runner
  const { channels, side } = layoutOf(dims)
  const pixelSide = side * scaleFactor
  const latents = space.allocate(x)
  const ones = runner.upload(new Float32Array(channels * side * side).fill(1))
  const pixels = runner.upload(new Float32Array(3 * pixelSide * pixelSide))
  try {
    space.linearCombination(latents, [
      { weight: 1 / scaling, vector: x },
      { weight: shift, vector: ones },
    ])
    const feed = { vector: latents, dims: [1, channels, side, side] }
    const sample = { vector: pixels, dims: [1, 3, pixelSide, pixelSide] }
    await runner.run({ latent_sample: feed }, { sample })
    return clipPixels(await runner.download(pixels))
  } finally {
    for (const vector of [latents, ones, pixels]) space.release(vector)
  }
}
