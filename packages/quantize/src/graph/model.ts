import { type Encoded, fieldsOf, nestedField, wholeField } from '@fastflow/core/backend'
import { type Node, readNode } from './node.ts'
import { readTensor, type Tensor } from './tensor.ts'
import { textOf, utf8Field } from './values.ts'

/** A network (`ModelProto`), as far as it is looked at; what is not is kept as it was. */
export interface Model {
  readonly nodes: readonly Node[]
  readonly tensors: readonly Tensor[]
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** Version of the operators of a domain; '' is ONNX's own. */
  readonly opsets: ReadonlyMap<string, number>
  /** Fields of the model besides graph and operator sets, and of the graph besides nodes and tensors. */
  readonly rest: { readonly model: Encoded; readonly graph: Encoded }
}

const MODEL = { graph: 7, opset: 8 } as const
const GRAPH = { node: 1, tensor: 5, input: 11, output: 12 } as const

/** @throws RangeError for bytes that are no ONNX model. */
export function readModel(bytes: Uint8Array): Model {
  const opsets = new Map<string, number>()
  const rest = { model: [] as Uint8Array[], graph: [] as Uint8Array[] }
  const parts = {
    nodes: [] as Node[],
    tensors: [] as Tensor[],
    inputs: [] as string[],
    outputs: [] as string[],
  }
  let graphs = 0
  for (const { number, value, payload } of fieldsOf(bytes)) {
    if (number === MODEL.graph && payload) {
      graphs += 1
      readGraph(payload)
    } else if (number === MODEL.opset && payload) opsets.set(...readOpset(payload))
    else rest.model.push(...again(number, value, payload))
  }
  if (graphs === 0) throw new RangeError('it holds no graph')
  return { ...parts, opsets, rest }

  function readGraph(graph: Uint8Array): void {
    for (const { number, value, payload } of fieldsOf(graph)) {
      if (number === GRAPH.node && payload) parts.nodes.push(readNode(payload))
      else if (number === GRAPH.tensor && payload) parts.tensors.push(readTensor(payload))
      else rest.graph.push(...again(number, value, payload))
      if (number === GRAPH.input && payload) parts.inputs.push(nameOf(payload))
      if (number === GRAPH.output && payload) parts.outputs.push(nameOf(payload))
    }
  }
}

/** A field as it was. */
function again(number: number, value: number | undefined, payload: Uint8Array | undefined): Encoded {
  if (payload !== undefined) return nestedField(number, [payload])
  return value === undefined ? [] : wholeField(number, value)
}

function nameOf(valueInfo: Uint8Array): string {
  for (const { number, payload } of fieldsOf(valueInfo)) if (number === 1 && payload) return textOf(payload)
  return ''
}

function readOpset(bytes: Uint8Array): [string, number] {
  let [domain, version] = ['', 0]
  for (const { number, value, payload } of fieldsOf(bytes)) {
    if (number === 1 && payload) domain = textOf(payload)
    if (number === 2) version = value ?? 0
  }
  return [domain, version]
}

/** A model of these nodes and tensors, each an encoded message, with all else as it was. */
export function writeModel(
  { opsets, rest }: Pick<Model, 'opsets' | 'rest'>,
  nodes: readonly Encoded[],
  tensors: readonly Encoded[],
): Encoded {
  const graph = [
    ...nodes.flatMap((node) => nestedField(GRAPH.node, node)),
    ...rest.graph,
    ...tensors.flatMap((tensor) => nestedField(GRAPH.tensor, tensor)),
  ]
  const sets = [...opsets].flatMap(([domain, version]) =>
    nestedField(MODEL.opset, [...utf8Field(1, domain), ...wholeField(2, version)]),
  )
  return [...rest.model, ...nestedField(MODEL.graph, graph), ...sets]
}
