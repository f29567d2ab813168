import { checkFlag, checkOptions, type OptionNames } from '@fastflow/core/backend'
import { createGraph, type GraphBuilder, type Value } from '../onnx/graph.ts'
import type { NamedTensor } from '../safetensors/read-safetensors.ts'
import { type LpipsNet, layersOf } from './backbone.ts'
import { BACKBONES, headName, type LpipsWeights, readLpipsWeights } from './weights.ts'

export interface BuildLpipsOptions {
  /** Gives the distance at every pixel, [N, 1, H, W], instead of the mean; false by default. */
  readonly spatial?: boolean
  /** What to call the weights in errors. */
  readonly name?: string
}

export interface LpipsModel {
  readonly net: LpipsNet
  /** The ONNX file. The same weights give the same bytes. */
  readonly model: Uint8Array
}

const names: OptionNames<BuildLpipsOptions> = { spatial: true, name: true }

/** Images in [-1, 1] to the statistics of the backbones: `(x - shift) / scale` for each channel. */
const SHIFT = [-0.03, -0.088, -0.188]
const SCALE = [0.458, 0.448, 0.45]
/** Added to the length of a feature vector, outside the root. */
const EPSILON = 1e-10

/**
 * Builds LPIPS v0.1 as an ONNX graph from its weights.
 *
 * Inputs `image` and `reference`, float32 [N, 3, H, W] in [-1, 1], any N and any H and W of at least 64; output
 * `lpips_<net>`, [N] (with `spatial`: `lpips_<net>_map`, [N, 1, H, W]). Images are scaled before the first padding; features of
 * every layer are divided by `length + 1e-10` along the channels; their squared differences, weighted by the head, are averaged
 * over positions and added up. Both images go through the backbone as one batch.
 *
 * @param weights the bytes of a safetensors file, as `readLpipsWeights` takes it, or what `readSafetensors` made of them.
 * @throws FastFlowError `invalid-argument` for anything else, `model-unreadable`, `model-mismatch`.
 *
 * Zhang, Isola, Efros, Shechtman, Wang, "The unreasonable effectiveness of deep features as a perceptual metric", CVPR 2018.
 */
export function buildLpips(
  weights: Uint8Array | ReadonlyMap<string, NamedTensor>,
  options: BuildLpipsOptions = {},
): LpipsModel {
  checkOptions('options', options, names)
  checkFlag('spatial', options.spatial)
  const read = readLpipsWeights(weights, options.name)
  const graph = createGraph()
  const taps = addBackbone(graph, read)
  const maps = taps.map((tap, k) => compare(graph, tap, k))
  const name = `lpips_${read.net}`
  if (options.spatial) {
    const output = graph.node(
      'Sum',
      `${name}_map`,
      maps.map((map, k) => enlarge(graph, map, k)),
    )
    const dims = ['batch', 1, 'height', 'width']
    return { net: read.net, model: graph.build(name, [{ name: output, dims }]) }
  }
  const axes = graph.integers('mean.axes', [1, 2, 3])
  const means = maps.map((map, k) => graph.node('ReduceMean', `lin${k}.mean`, [map, axes], { keepdims: 0 }))
  const output = graph.node('Sum', name, means)
  return { net: read.net, model: graph.build(name, [{ name: output, dims: ['batch'] }]) }
}

function addBackbone(graph: GraphBuilder, { net, tensors }: LpipsWeights): readonly Value[] {
  const { shapes, channels, taps } = BACKBONES[net]
  for (const [name, shape] of Object.entries(shapes)) graph.weight(name, shape, tensors.get(name)!.data)
  channels.forEach((count, k) => {
    graph.weight(headName(k), [1, count, 1, 1], tensors.get(headName(k))!.data)
  })
  graph.weight('shift', [1, 3, 1, 1], Float32Array.from(SHIFT))
  graph.weight('scale', [1, 3, 1, 1], Float32Array.from(SCALE))
  graph.weight('epsilon', [1], Float32Array.of(EPSILON))
  graph.integers('channel.axis', [1])
  const dims = ['batch', 3, 'height', 'width']
  const both = graph.node('Concat', 'both', [graph.input('image', dims), graph.input('reference', dims)], {
    axis: 0,
  })
  const scaled = graph.node('Div', 'scaled', [graph.node('Sub', 'shifted', [both, 'shift']), 'scale'])
  return taps(layersOf(graph), scaled)
}

/** The weighted squared difference of one layer at each of its positions, [N, 1, h, w]. */
function compare(graph: GraphBuilder, tap: Value, k: number): Value {
  const own = (part: string): string => `lin${k}.${part}`
  const length = graph.node('ReduceL2', own('length'), [tap, 'channel.axis'], { keepdims: 1 })
  const divisor = graph.node('Add', own('divisor'), [length, 'epsilon'])
  const unit = graph.node('Div', own('unit'), [tap, divisor])
  graph.nodeOf('Split', [own('image'), own('reference')], [unit], { axis: 0, num_outputs: 2 })
  const difference = graph.node('Sub', own('difference'), [own('image'), own('reference')])
  const square = graph.node('Mul', own('square'), [difference, difference])
  return graph.node('Conv', own('map'), [square, headName(k)])
}

/** A layer's map at the size of the images, bilinear without aligned corners. */
function enlarge(graph: GraphBuilder, map: Value, k: number): Value {
  const own = (part: string): string => `lin${k}.${part}`
  const batch = graph.node('Shape', own('batch'), [map], { start: 0, end: 2 })
  const sides = graph.node('Shape', own('sides'), ['image'], { start: 2, end: 4 })
  const size = graph.node('Concat', own('size'), [batch, sides], { axis: 0 })
  const mode = { mode: 'linear', coordinate_transformation_mode: 'half_pixel' }
  return graph.node('Resize', own('enlarged'), [map, '', '', size], mode)
}
