import {
  type Encoded,
  joinFields,
  nestedField,
  textField,
  wholeField,
  wholesField,
} from '@fastflow/core/backend'

/** Name of a value inside a graph: an input, a weight or what a node gives. */
export type Value = string

/** Node attributes that our graphs have: whole numbers, lists of them, words. */
export type Attributes = Readonly<Record<string, number | readonly number[] | string>>

/** A name, or a length where it is fixed. */
type Dimensions = readonly (number | string)[]

/** Builds an ONNX model node by node. The same calls give the same bytes. */
export interface GraphBuilder {
  /** A float32 input of the graph. */
  input(name: string, dims: Dimensions): Value
  /** Constant float32 numbers, row-major. */
  weight(name: string, dims: readonly number[], data: Float32Array): Value
  /** A constant list of whole numbers. */
  integers(name: string, values: readonly number[]): Value
  /** A node with one output, named `name`. */
  node(op: string, name: string, inputs: readonly Value[], attributes?: Attributes): Value
  /** A node with several outputs. */
  nodeOf(op: string, outputs: readonly Value[], inputs: readonly Value[], attributes?: Attributes): void
  /** The file, with these float32 outputs. */
  build(
    graphName: string,
    outputs: readonly { readonly name: Value; readonly dims: Dimensions }[],
  ): Uint8Array
}

const FLOAT = 1
const INT64 = 7
const ATTRIBUTE = { whole: 2, text: 3, wholes: 7 }

/** Operator set and file version; both as old as the operators used allow, so that older runtimes read the file. */
const OPSET = 18
const IR_VERSION = 8

/** An empty graph in ONNX's format (onnx.proto of ONNX 1.13). */
export function createGraph(): GraphBuilder {
  const nodes: Encoded[] = []
  const inputs: Encoded[] = []
  const weights: Encoded[] = []
  const addNode = (
    op: string,
    outputs: readonly Value[],
    from: readonly Value[],
    given: Attributes,
  ): void => {
    const ports = [...from.map((name) => textField(1, name)), ...outputs.map((name) => textField(2, name))]
    const attributes = Object.entries(given).map(([name, value]) => nestedField(5, attribute(name, value)))
    nodes.push(
      nestedField(1, [ports, textField(3, outputs[0]!), textField(4, op), attributes.flat()].flat(2)),
    )
  }
  return {
    input(name, dims) {
      inputs.push(nestedField(11, valueInfo(name, dims)))
      return name
    },
    weight(name, dims, data) {
      weights.push(tensor(name, dims, FLOAT, littleEndian(data)))
      return name
    },
    integers(name, values) {
      weights.push(tensor(name, [values.length], INT64, littleEndian(BigInt64Array.from(values, BigInt))))
      return name
    },
    node(op, name, from, given = {}) {
      addNode(op, [name], from, given)
      return name
    },
    nodeOf(op, outputs, from, given = {}) {
      addNode(op, outputs, from, given)
    },
    build(graphName, outputs) {
      const results = outputs.map(({ name, dims }) => nestedField(12, valueInfo(name, dims)))
      const graph = [nodes, textField(2, graphName), weights, inputs, results].flat(2)
      return joinFields([
        ...wholeField(1, IR_VERSION),
        ...textField(2, 'fastflow'),
        ...nestedField(7, graph as Encoded),
        ...nestedField(8, [...textField(1, ''), ...wholeField(2, OPSET)]),
      ])
    },
  }
}

function attribute(name: string, value: number | readonly number[] | string): Encoded {
  if (typeof value === 'number')
    return [...textField(1, name), ...wholeField(3, value), ...wholeField(20, ATTRIBUTE.whole)]
  if (typeof value === 'string')
    return [...textField(1, name), ...textField(4, value), ...wholeField(20, ATTRIBUTE.text)]
  return [...textField(1, name), ...wholesField(8, value), ...wholeField(20, ATTRIBUTE.wholes)]
}

function tensor(name: string, dims: readonly number[], type: number, raw: Uint8Array): Encoded {
  return nestedField(5, [
    ...wholesField(1, dims),
    ...wholeField(2, type),
    ...textField(8, name),
    ...nestedField(9, [raw]),
  ])
}

function valueInfo(name: string, dims: Dimensions): Encoded {
  const shape = dims.flatMap((dim) =>
    nestedField(1, typeof dim === 'number' ? wholeField(1, dim) : textField(2, dim)),
  )
  const tensorType = [...wholeField(1, FLOAT), ...nestedField(2, shape)]
  return [...textField(1, name), ...nestedField(2, nestedField(1, tensorType))]
}

/** Bytes of numbers in the order that ONNX asks for, on hosts of either order. */
function littleEndian(values: Float32Array | BigInt64Array): Uint8Array {
  const bytes = new Uint8Array(values.byteLength)
  const view = new DataView(bytes.buffer)
  values.forEach((value: number | bigint, index: number) => {
    if (typeof value === 'bigint') view.setBigInt64(8 * index, value, true)
    else view.setFloat32(4 * index, value, true)
  })
  return bytes
}
