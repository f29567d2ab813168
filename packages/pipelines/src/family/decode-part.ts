import { type AbortSignalLike, FastFlowError, type Feeds, type Tensor } from '@fastflow/core'
import { castTensor, checkSignal, checkWhole, shapeText, throwIfAborted } from '@fastflow/core/backend'
import type { Shape } from '../task/shape.ts'
import { checkObject, checkPart, checkSize, checkTensor } from './check-arguments.ts'
import type { Part } from './parts.ts'
import { fitted } from './ports.ts'

/**
 * Planar pixels [frames, 3, height, width] that a decoder makes of latents [1, channels, (frames,) height, width]. Cost: one pass.
 *
 * @param more what it is fed besides latents, where it has an input of that name.
 * @throws FastFlowError `model-mismatch` where its pictures are of another size, `invalid-argument`, `aborted`.
 */
export async function decodePart(
  part: Part,
  latents: Tensor,
  shape: Shape,
  signal: AbortSignalLike | undefined,
  more: Feeds = {},
): Promise<Float32Array> {
  checkPart(part)
  checkTensor('latents', latents)
  checkSize('shape', shape)
  const { width, height, numFrames } = shape
  checkWhole('shape.numFrames', numFrames, 1)
  checkSignal(signal)
  checkObject('more', more, 'tensors by the names of inputs')
  throwIfAborted(signal, 'decoding')
  return part.use(async (runner) => {
    const [input, ...others] = runner.inputs.filter(({ name }) => more[name] === undefined)
    const output = runner.outputs.find(({ name }) => name === 'sample') ?? runner.outputs[0]
    if (input === undefined || output === undefined || others.length > 0)
      throw mismatch(part, `takes ${runner.inputs.map(({ name }) => name).join(', ')}, not latents alone`)
    const feeds = Object.fromEntries(
      runner.inputs.map((port) => [port.name, fitted(more[port.name] ?? latents, port)]),
    )
    const { outputs } = await runner.run(feeds, { fetches: [output.name] })
    const sample = castTensor(outputs[output.name]!, 'float32')
    const wanted = 3 * numFrames * height * width
    if (sample.data.length !== wanted || sample.dims.at(-1) !== width) {
      const made = `makes ${shapeText(sample.dims)} of latents ${shapeText(latents.dims)}`
      throw mismatch(
        part,
        `${made}, not ${numFrames} x 3 x ${height} x ${width} pixels; export it for this length and size, or ask for another`,
      )
    }
    const pixels = sample.data as Float32Array
    return sample.dims.length === 5 ? framesFirst(pixels, numFrames) : pixels
  }, signal)
}

/** [frames, 3, ...] of [3, frames, ...]. */
function framesFirst(pixels: Float32Array, frames: number): Float32Array {
  const plane = pixels.length / 3 / frames
  const out = new Float32Array(pixels.length)
  for (let channel = 0; channel < 3; channel++)
    for (let frame = 0; frame < frames; frame++) {
      const from = (channel * frames + frame) * plane
      out.set(pixels.subarray(from, from + plane), (frame * 3 + channel) * plane)
    }
  return out
}

function mismatch({ path }: Part, problem: string): FastFlowError {
  return new FastFlowError({ code: 'model-mismatch', field: path, message: `${path} ${problem}` })
}
