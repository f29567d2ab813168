import { fromFloat16 } from '@fastflow/core/backend'
import type { Node } from '../graph/node.ts'
import { elementTypes, type Tensor } from '../graph/tensor.ts'

/** What a network reads as a weight: a tensor, or what casts, scales and transpositions make of one. */
export interface Constant {
  readonly dims: readonly number[]
  /** float32 or float16, as numbers of onnx.proto. */
  readonly type: number
  /** Its values, row-major. */
  read(): Promise<Float32Array>
}

/** Bytes of a tensor, wherever they lie. */
export type ReadBytes = (tensor: Tensor) => Promise<Uint8Array>

const { float32, float16, int8, uint8 } = elementTypes

/** Bytes of one element of the types that are read. */
const widths: Readonly<Record<number, number>> = { [float32]: 4, [float16]: 2, [int8]: 1, [uint8]: 1 }

/**
 * Finds out which values of a graph are constant, without reading any.
 *
 * Exporters that store weights as float16 or int8 leave a cast and a product with scales to the runtime, which folds them; here
 * they are folded alike.
 */
export function constantsOf(
  nodes: readonly Node[],
  tensors: readonly Tensor[],
  readBytes: ReadBytes,
): (name: string) => Constant | undefined {
  const stored = new Map(tensors.map((tensor) => [tensor.name, tensor]))
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)))
  const known = new Map<string, Constant | undefined>()

  function constant(name: string): Constant | undefined {
    if (!known.has(name)) {
      // What a damaged graph makes of itself is no constant.
      known.set(name, undefined)
      known.set(name, found(name))
    }
    return known.get(name)
  }

  function found(name: string): Constant | undefined {
    const tensor = stored.get(name)
    if (tensor) return storedConstant(tensor, readBytes)
    const node = makers.get(name)
    const from = node?.inputs[0] === undefined ? undefined : constant(node.inputs[0])
    if (node === undefined || from === undefined) return undefined
    if (node.op === 'Identity') return from
    if (node.op === 'Cast') return cast(from, node.attributes.get('to')?.whole)
    if (node.op === 'Transpose') return transposed(from, node.attributes.get('perm')?.wholes ?? [])
    const by = node.inputs[1] === undefined ? undefined : constant(node.inputs[1])
    return node.op === 'Mul' && by ? scaled(from, by) : undefined
  }

  return constant
}

function storedConstant(tensor: Tensor, readBytes: ReadBytes): Constant | undefined {
  const { dims, type } = tensor
  const width = widths[type]
  if (width === undefined || (tensor.raw === undefined && tensor.place === undefined)) return undefined
  const count = dims.reduce((product, dim) => product * dim, 1)
  return {
    dims,
    type,
    async read() {
      const bytes = await readBytes(tensor)
      if (bytes.length !== count * width)
        throw new RangeError(`${tensor.name} has ${bytes.length} bytes instead of ${count * width}`)
      return floatsOf(bytes, type)
    },
  }
}

function floatsOf(bytes: Uint8Array, type: number): Float32Array {
  if (type === uint8) return Float32Array.from(bytes)
  if (type === int8) return Float32Array.from(new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length))
  // Copied to where numbers of any width may begin.
  const { buffer } = new Uint8Array(bytes)
  if (type === float32) return new Float32Array(buffer)
  const halves = new Uint16Array(buffer)
  return fromFloat16(halves, new Float32Array(halves.length))
}

function cast(from: Constant, type: number | undefined): Constant | undefined {
  return type === float32 || type === float16 ? { ...from, type } : undefined
}

function transposed(from: Constant, perm: readonly number[]): Constant | undefined {
  if (from.dims.length !== 2 || (perm.length === 2 && perm[0] === 0)) return undefined
  const [rows, columns] = [from.dims[0]!, from.dims[1]!]
  return {
    dims: [columns, rows],
    type: from.type,
    async read() {
      const values = await from.read()
      const out = new Float32Array(values.length)
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < columns; column++)
          out[column * rows + row] = values[row * columns + column]!
      return out
    },
  }
}

/** Only scales that are one, or one a slice of a single dimension, as quantised storage has them. */
function scaled(from: Constant, by: Constant): Constant | undefined {
  const long = by.dims.flatMap((dim, n) => (dim === 1 ? [] : [n]))
  if (long.length > 1 || by.dims.length > from.dims.length) return undefined
  const axis = long.length === 0 ? 0 : long[0]! + from.dims.length - by.dims.length
  const count = long.length === 0 ? 1 : by.dims[long[0]!]!
  if (count !== 1 && count !== from.dims[axis]) return undefined
  const inside = from.dims.slice(axis + 1).reduce((product, dim) => product * dim, 1)
  return {
    ...from,
    async read() {
      const [values, scales] = [await from.read(), await by.read()]
      return values.map((value, at) => value * scales[Math.floor(at / inside) % count]!)
    },
  }
}
