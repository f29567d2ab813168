import { toFloat16 } from '@fastflow/core/backend'
import type { NewNode } from '../graph/node.ts'
import { elementTypes } from '../graph/tensor.ts'
import { toBlocks } from '../weights/blocks.ts'
import { type Matrix, toColumns, toSlices } from '../weights/int8.ts'
import type { Layer } from './layers.ts'
import type { NetworkOptions } from './options.ts'

/** A constant that replaces a weight. */
export interface NewTensor {
  readonly name: string
  readonly dims: readonly number[]
  readonly type: number
  readonly values: Uint8Array
}

/** What stands in the place of a layer. */
export interface Replacement {
  readonly nodes: readonly NewNode[]
  readonly tensors: readonly NewTensor[]
}

const { float32, float16, int8, uint8 } = elementTypes

/** int8's zero point of weights, shared by all layers of a network. */
export const ZERO: NewTensor = { name: 'fastflow.zero', dims: [], type: int8, values: new Uint8Array(1) }

/** Names of what the activations of several layers share. */
export type Shared = Set<string>

/** The layer with quantised weights. Cost: its weights as float32 in memory, and once more as whole numbers. */
export async function replacementOf(
  layer: Layer,
  options: NetworkOptions,
  shared: Shared,
): Promise<Replacement> {
  if (layer.node.op === 'Conv') return storedWeights(layer)
  const matrix = await matrixOf(layer)
  return options.as === 'int8' ? wholeProducts(layer, matrix, shared) : blockProducts(layer, matrix, options)
}

async function matrixOf({ node, weight }: Layer): Promise<Matrix> {
  const [rows, columns] = [weight.dims[0]!, weight.dims[1]!]
  const values = await weight.read()
  if (node.op === 'Gemm' && node.attributes.get('transB')?.whole === 1)
    return { values, inner: columns, outer: rows, alongInner: 1, alongOuter: columns }
  return { values, inner: rows, outer: columns, alongInner: columns, alongOuter: 1 }
}

/** Activations become 8 bits as they come (`DynamicQuantizeLinear`), products are of whole numbers. */
function wholeProducts({ node, weight }: Layer, matrix: Matrix, shared: Shared): Replacement {
  const { inner, outer } = matrix
  const { q, scales } = toColumns(matrix)
  const [x, y] = [node.inputs[0]!, node.outputs[0]!]
  const half = weight.type === float16
  const nodes: NewNode[] = []
  const add = (op: string, inputs: readonly string[], output: string, to?: number): string => {
    nodes.push({ op, inputs, outputs: [output], ...(to !== undefined && { attributes: { to } }) })
    return output
  }
  if (!shared.has(x)) {
    shared.add(x)
    const float = half ? add('Cast', [x], `${x}.input.float`, float32) : x
    nodes.push({
      op: 'DynamicQuantizeLinear',
      inputs: [float],
      outputs: [`${x}.input.int8`, `${x}.input.scale`, `${x}.input.zero`],
    })
  }
  add('MatMulInteger', [`${x}.input.int8`, `${y}.weight`, `${x}.input.zero`, ZERO.name], `${y}.whole`)
  add('Cast', [`${y}.whole`], `${y}.float`, float32)
  add('Mul', [`${x}.input.scale`, `${y}.weight.scale`], `${y}.scale`)
  const last = biasOf(node)
  const product = half || last ? `${y}.product` : y
  add('Mul', [`${y}.float`, `${y}.scale`], product)
  const plain = half ? add('Cast', [product], last ? `${y}.half` : y, float16) : product
  if (last) add('Add', [plain, last], y)
  return {
    nodes,
    tensors: [
      { name: `${y}.weight`, dims: [inner, outer], type: int8, values: bytesOf(q) },
      { name: `${y}.weight.scale`, dims: [outer], type: float32, values: bytesOf(scales) },
    ],
  }
}

/** Weights alone are quantised; onnxruntime may round activations to 8 bits, a block at a time (`accuracy_level` 4). */
function blockProducts(
  { node, weight }: Layer,
  matrix: Matrix,
  { as, blockSize }: NetworkOptions,
): Replacement {
  const bits = as === 'q4' ? 4 : 8
  const { packed, scales, blocks } = toBlocks(matrix, bits, blockSize)
  const { inner, outer } = matrix
  const [x, y] = [node.inputs[0]!, node.outputs[0]!]
  const last = biasOf(node)
  const product: NewNode = {
    op: 'MatMulNBits',
    domain: 'com.microsoft',
    inputs: [x, `${y}.weight`, `${y}.weight.scale`],
    outputs: [last ? `${y}.product` : y],
    attributes: { K: inner, N: outer, bits, block_size: blockSize, accuracy_level: 4 },
  }
  return {
    nodes: last ? [product, { op: 'Add', inputs: [`${y}.product`, last], outputs: [y] }] : [product],
    tensors: [
      {
        name: `${y}.weight`,
        dims: [outer, blocks, (blockSize * bits) / 8],
        type: uint8,
        values: packed,
      },
      { name: `${y}.weight.scale`, dims: [outer * blocks], ...scalesAs(scales, weight.type) },
    ],
  }
}

/**
 * Weights of 8 bits that runtimes turn to floats when they load the network: a smaller file, the same kernels. Not
 * `DequantizeLinear`, which runtimes keep in the graph.
 */
async function storedWeights({ node, weight }: Layer): Promise<Replacement> {
  const name = node.inputs[1]!
  const y = node.outputs[0]!
  const slices = weight.dims[0]!
  const { q, scales } = toSlices(await weight.read(), slices)
  const dims = [slices, ...weight.dims.slice(1).map(() => 1)]
  return {
    nodes: [
      {
        op: 'Cast',
        inputs: [`${y}.weight.int8`],
        outputs: [`${y}.weight.float`],
        attributes: { to: weight.type },
      },
      { op: 'Mul', inputs: [`${y}.weight.float`, `${y}.weight.scale`], outputs: [name] },
    ],
    tensors: [
      { name: `${y}.weight.int8`, dims: weight.dims, type: int8, values: bytesOf(q) },
      { name: `${y}.weight.scale`, dims, ...scalesAs(scales, weight.type) },
    ],
  }
}

function biasOf({ op, inputs }: Layer['node']): string | undefined {
  return op === 'Gemm' ? inputs[2] || undefined : undefined
}

function scalesAs(scales: Float32Array, type: number): Pick<NewTensor, 'type' | 'values'> {
  if (type === float32) return { type, values: bytesOf(scales) }
  return { type: float16, values: bytesOf(toFloat16(scales, new Uint16Array(scales.length))) }
}

/** Little-endian, as every processor that Node runs on is. */
function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}
