import { type AbortSignalLike, FastFlowError, fillNormal, invalidArgument } from '@fastflow/core'
import {
  castTensor,
  checkOptions,
  checkSignal,
  checkWhole,
  shapeText,
  throwIfAborted,
} from '@fastflow/core/backend'
import { checkFloats } from '../state/check-latents.ts'
import { checkSeed } from '../task/checks.ts'
import { checkPart, checkSize } from './check-arguments.ts'
import type { Part } from './parts.ts'
import { fitted } from './ports.ts'

/** Pictures in pixels or latents. */
export interface PlanarPicture {
  /** [channels, height, width]. */
  readonly data: Float32Array
  readonly channels: number
  readonly width: number
  readonly height: number
}

/**
 * Latents of a picture: the mean of the autoencoder's posterior, or with a seed a sample of it. Cost: one pass.
 *
 * @param channels of latents.
 * @throws FastFlowError `model-mismatch`, `invalid-argument`, `aborted`.
 */
export async function encodePart(
  part: Part,
  picture: PlanarPicture,
  channels: number,
  options: { readonly seed?: number | undefined; readonly signal?: AbortSignalLike | undefined } = {},
): Promise<PlanarPicture> {
  checkPart(part)
  checkPicture(picture)
  checkWhole('channels', channels, 1)
  checkOptions('options', options, { seed: true, signal: true })
  checkSeed(options.seed)
  checkSignal(options.signal)
  throwIfAborted(options.signal, 'encoding the picture')
  return part.use(async (runner) => {
    const [input] = runner.inputs
    const output =
      runner.outputs.find(({ name }) => name === 'latent_parameters' || name === 'latent_sample') ??
      runner.outputs[0]
    if (input === undefined || output === undefined) throw mismatch(part, 'has no input or no output')
    const { data, channels: colours, width, height } = picture
    const sample = { type: 'float32', dims: [1, colours, height, width], data } as const
    const { outputs } = await runner.run({ [input.name]: fitted(sample, input) }, { fetches: [output.name] })
    const { dims, data: made } = castTensor(outputs[output.name]!, 'float32')
    const [rows, columns] = [dims.at(-2)!, dims.at(-1)!]
    const size = channels * rows * columns
    if (made.length !== size && made.length !== 2 * size)
      throw mismatch(
        part,
        `makes ${shapeText(dims)} of ${width} x ${height} pixels, not ${channels} latents or their means and variances`,
      )
    return {
      data: latentsOf(made as Float32Array, size, options.seed),
      channels,
      width: columns,
      height: rows,
    }
  }, options.signal)
}

function checkPicture(picture: PlanarPicture): void {
  checkSize('picture', picture)
  const { data, channels, width, height } = picture
  const size = checkWhole('picture.channels', channels, 1) * width * height
  checkFloats('picture.data', data)
  if (data.length !== size)
    throw invalidArgument(
      'picture.data',
      `has ${data.length} numbers, not ${channels} x ${height} x ${width}`,
    )
}

/** Means are followed by the logarithms of variances, clamped as Diffusers does. */
function latentsOf(parameters: Float32Array, size: number, seed: number | undefined): Float32Array {
  const mean = parameters.slice(0, size)
  if (seed === undefined || parameters.length === size) return mean
  const noise = fillNormal(new Float32Array(size), seed)
  return mean.map((value, k) => {
    const logVariance = Math.min(20, Math.max(-30, parameters[size + k]!))
    return value + Math.exp(logVariance / 2) * noise[k]!
  })
}

function mismatch({ path }: Part, problem: string): FastFlowError {
  return new FastFlowError({ code: 'model-mismatch', field: path, message: `${path} ${problem}` })
}
