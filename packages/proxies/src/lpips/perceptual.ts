import {
  FastFlowError,
  invalidArgument,
  isRecord,
  type ModelRunner,
  type QualityProxy,
  type RgbImage,
  type Tensor,
} from '@fastflow/core'
import { checkMethods, isSequence, shown } from '@fastflow/core/backend'
import { resizeLikePillow } from '../clip/resize.ts'
import { fullReferenceProxy } from '../full-reference.ts'
import { checkPair } from '../image-pair.ts'

/** A network that says how different two pictures look: LPIPS, or an estimate of it. */
export interface Perceptual {
  /** `lpips-alex`, `lpips-squeeze`, `lpips-vgg` or `perceptual`. */
  readonly name: string
  /**
   * The distance as a quality proxy: at least 0, lower is closer, 0 for equal pictures. Two pictures of one size; where the
   * shorter side is under 64 pixels both are enlarged to 64 first, bilinearly (as Pillow does), in proportion.
   * One pass of the network on two pictures a score.
   */
  readonly proxy: QualityProxy
  /**
   * Distances [N] of tensors [N, 3, H, W] in [-1, 1], sides of 64 or more, nothing enlarged.
   *
   * @throws FastFlowError `invalid-argument` for other shapes, NaN or Infinity.
   */
  distances(image: Tensor, reference: Tensor): Promise<Float32Array>
  /** Frees the network. */
  dispose(): Promise<void>
}

/** Outputs of the graphs that `buildLpips` writes and of the estimator that we ship, and the proxies they make. */
const NAMES: Readonly<Record<string, string>> = {
  lpips_alex: 'lpips-alex',
  lpips_squeeze: 'lpips-squeeze',
  lpips_vgg: 'lpips-vgg',
  perceptual: 'perceptual',
}
const LEAST_SIDE = 64

/**
 * Perceptual distance by a loaded network: a graph of `buildLpips`, or `models/perceptual/model.onnx`.
 *
 * @throws FastFlowError `model-mismatch` for a network with other inputs and outputs.
 */
export function perceptual(runner: ModelRunner): Perceptual {
  checkMethods('runner', runner, ['run', 'dispose'], 'a loaded network, e.g. of createModelRunner')
  const output = checkPorts(runner)
  const name = NAMES[output]!
  const version = `${name}/1+${runner.digest.slice(0, 12)}`
  const run = async (image: Tensor, reference: Tensor): Promise<Float32Array> => {
    const { outputs } = await runner.run({ image, reference }, { fetches: [output] })
    return outputs[output]!.data as Float32Array
  }
  const declaration = { name, version, direction: 'lower-is-better', range: [0, Infinity] } as const
  return {
    name,
    proxy: fullReferenceProxy(declaration, async (image, reference) => {
      checkPair(image, reference)
      const [distance] = await run(tensorOf(image), tensorOf(reference))
      return distance!
    }),
    async distances(image, reference) {
      checkTensor('image', image)
      checkTensor('reference', reference)
      if (image.dims.join() !== reference.dims.join()) {
        const problem = `is [${reference.dims.join(', ')}], image is [${image.dims.join(', ')}]`
        throw invalidArgument('reference.dims', `${problem}; make them equal`)
      }
      return run(image, reference)
    },
    dispose: () => runner.dispose(),
  }
}

function checkPorts({ inputs, outputs }: ModelRunner): string {
  if (!Array.isArray(inputs) || !Array.isArray(outputs))
    throw invalidArgument('runner', 'has no lists of inputs and outputs; pass a loaded network')
  const found = outputs.find(({ name }) => NAMES[name] !== undefined)?.name
  const complete = ['image', 'reference'].every((name) => inputs.some((input) => input.name === name))
  if (found !== undefined && complete) return found
  const has = [...inputs, ...outputs].map(({ name }) => name).join(', ')
  throw new FastFlowError({
    code: 'model-mismatch',
    field: 'model',
    message: `model: has ${has}; image, reference and one of ${Object.keys(NAMES).join(', ')} are needed: build it with "fastflow proxies build lpips", not spatial`,
  })
}

function checkTensor(field: string, tensor: Tensor): void {
  if (!isRecord(tensor) || !Array.isArray(tensor.dims) || !isSequence(tensor.data))
    throw invalidArgument(field, `${shown(tensor)} is not a tensor; give float32 [N, 3, H, W]`)
  const { type, dims, data } = tensor
  const [count, channels, height, width] = dims
  const sides = [height, width].every((side) => side !== undefined && side >= LEAST_SIDE)
  if (type !== 'float32' || dims.length !== 4 || !(count! >= 1) || channels !== 3 || !sides) {
    const shape = `${String(type)} [${dims.join(', ')}]`
    throw invalidArgument(field, `is ${shape}; give float32 [N, 3, H, W] with sides of ${LEAST_SIDE} or more`)
  }
  const expected = dims.reduce((product, length) => product * length, 1)
  if (data.length !== expected) {
    throw invalidArgument(field, `holds ${data.length} numbers, its dims need ${expected}`)
  }
  for (let k = 0; k < data.length; k++) {
    if (!Number.isFinite(data[k])) {
      throw invalidArgument(field, `holds ${data[k]} at ${k}; a picture that is not finite has no distance`)
    }
  }
}

/** A picture as the network reads it: planar, in [-1, 1], no side under 64. */
function tensorOf(image: RgbImage): Tensor {
  const { width, height, data } = enlarge(image)
  const plane = width * height
  const pixels = new Float32Array(3 * plane)
  for (let k = 0; k < plane; k++) {
    for (let c = 0; c < 3; c++) pixels[c * plane + k] = data[3 * k + c]! / 127.5 - 1
  }
  return { type: 'float32', dims: [1, 3, height, width], data: pixels }
}

function enlarge(image: RgbImage): RgbImage {
  const shorter = Math.min(image.width, image.height)
  if (shorter >= LEAST_SIDE) return image
  const [width, height] = [image.width, image.height].map((side) => Math.round((side * LEAST_SIDE) / shorter))
  return resizeLikePillow(image, width!, height!, 2)
}
