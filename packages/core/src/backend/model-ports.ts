import { shown } from '../check/shown.ts'
import { invalidArgument } from '../errors.ts'
import { fieldsOf, textOf } from './protobuf.ts'

/** An input or output as an ONNX file declares it. */
export interface DeclaredPort {
  readonly name: string
  /** Such as `float32`; the number of onnx.proto for types that have no name here. */
  readonly type: string
  /** Names, or -1 where there is none, for what may vary between runs. */
  readonly dims: readonly (number | string)[]
}

/** Of onnx.proto. */
const types: Readonly<Record<number, string>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  6: 'int32',
  7: 'int64',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  16: 'bfloat16',
}

/**
 * Inputs and outputs that an ONNX model declares, without loading it; weights that old files list as inputs are left out.
 *
 * Cost: one pass over the structure of the graph; weights are stepped over, not read.
 *
 * @throws RangeError when the bytes are no ONNX model; FastFlowError `invalid-argument`.
 */
export function modelPorts(model: Uint8Array): {
  readonly inputs: readonly DeclaredPort[]
  readonly outputs: readonly DeclaredPort[]
} {
  if (model?.[Symbol.toStringTag] !== 'Uint8Array')
    throw invalidArgument('model', `${shown(model)} is not a Uint8Array`)
  const [graph] = messagesIn(model, 7)
  if (graph === undefined) throw new RangeError('it holds no graph')
  const weights = new Set(messagesIn(graph, 5).map((tensor) => textIn(tensor, 8)))
  const inputs = messagesIn(graph, 11).map(portOf)
  return {
    inputs: inputs.filter(({ name }) => !weights.has(name)),
    outputs: messagesIn(graph, 12).map(portOf),
  }
}

function portOf(value: Uint8Array): DeclaredPort {
  const [type = empty] = messagesIn(value, 2)
  const [tensor = empty] = messagesIn(type, 1)
  const [shape] = messagesIn(tensor, 2)
  const number = numberIn(tensor, 1)
  return {
    name: textIn(value, 1),
    type: number === undefined ? 'unknown' : (types[number] ?? String(number)),
    dims: shape === undefined ? [] : messagesIn(shape, 1).map(dimOf),
  }
}

function dimOf(dim: Uint8Array): number | string {
  return numberIn(dim, 1) ?? (textIn(dim, 2) || -1)
}

const empty = new Uint8Array(0)

function messagesIn(bytes: Uint8Array, wanted: number): readonly Uint8Array[] {
  return [...fieldsOf(bytes)].flatMap(({ number, payload }) =>
    number === wanted && payload !== undefined ? [payload] : [],
  )
}

function textIn(bytes: Uint8Array, wanted: number): string {
  const [text] = messagesIn(bytes, wanted)
  return text === undefined ? '' : textOf(text)
}

function numberIn(bytes: Uint8Array, wanted: number): number | undefined {
  for (const { number, value } of fieldsOf(bytes)) if (number === wanted) return value
  return undefined
}
