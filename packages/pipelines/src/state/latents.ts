import type { AbortSignalLike, ModelRunner, ResidentRunner, RgbImage, Tensor } from '@fastflow/core'
import { throwIfAborted } from '@fastflow/core/backend'
import { checkPictures } from './check-scale.ts'
import { clipPixels, toRgb } from './pixels.ts'
import type { VaeConfig } from './vae-config.ts'

/** Frames that go through the decoder in one batch. */
const BATCH = 16

/** Latents of an image or a clip, and where one frame's lie in them: [channels, frames, size, size]. */
interface Layout {
  readonly channels: number
  readonly frames: number
  /** Latents on a side. */
  readonly side: number
}

/** @param dims [channels, side, side], or [channels, frames, side, side]. */
function layoutOf(dims: readonly number[]): Layout {
  return { channels: dims[0]!, frames: dims.length === 4 ? dims[1]! : 1, side: dims.at(-1)! }
}

/** Latents of one frame, [channels, side, side]. */
function frameOf(x: Float32Array, { channels, frames, side }: Layout, frame: number): Float32Array {
  const plane = side * side
  const out = new Float32Array(channels * plane)
  for (let c = 0; c < channels; c++) {
    const from = (c * frames + frame) * plane
    out.set(x.subarray(from, from + plane), c * plane)
  }
  return out
}

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

/** One pixel a latent, by the linear map of the model's config; undefined where it has none. */
export function previewLatents(
  { rgb }: VaeConfig,
  x: Float32Array,
  dims: readonly number[],
  frame: number,
): RgbImage | undefined {
  if (rgb === undefined) return undefined
  const layout = layoutOf(dims)
  const plane = layout.side ** 2
  const latents = frameOf(x, layout, frame)
  const pixels = new Float32Array(3 * plane)
  for (let colour = 0; colour < 3; colour++) {
    for (let k = 0; k < plane; k++) {
      let value = rgb.bias[colour]!
      for (let c = 0; c < layout.channels; c++) value += rgb.factors[c]![colour]! * latents[c * plane + k]!
      pixels[colour * plane + k] = value
    }
  }
  return toRgb(clipPixels(pixels), layout.side)
}
