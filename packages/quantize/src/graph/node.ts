import { type Encoded, fieldsOf, nestedField, wholeField, wholesField } from '@fastflow/core/backend'
import { textOf, utf8Field, wholesOf } from './values.ts'

/** What a node does (`NodeProto`), as far as it is looked at. */
export interface Node {
  readonly op: string
  readonly domain: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** Whole numbers, lists of them, floats and tensors by name; others are not read. */
  readonly attributes: ReadonlyMap<string, Attribute>
  /** Names that graphs inside its attributes take from outside, among others. */
  readonly captured: readonly string[]
  /** The whole message, to be copied as it is. */
  readonly bytes: Uint8Array
}

export interface Attribute {
  readonly whole: number | undefined
  readonly float: number | undefined
  readonly wholes: readonly number[]
  readonly tensor: Uint8Array | undefined
}

export function readNode(bytes: Uint8Array): Node {
  const inputs: string[] = []
  const outputs: string[] = []
  const captured: string[] = []
  const attributes = new Map<string, Attribute>()
  let [op, domain] = ['', '']
  for (const { number, payload } of fieldsOf(bytes)) {
    if (payload === undefined) continue
    if (number === 1) inputs.push(textOf(payload))
    else if (number === 2) outputs.push(textOf(payload))
    else if (number === 4) op = textOf(payload)
    else if (number === 7) domain = textOf(payload)
    else if (number === 5) {
      const { name, graphs, ...attribute } = readAttribute(payload)
      attributes.set(name, attribute)
      for (const graph of graphs) captured.push(...namesIn(graph))
    }
  }
  return { op, domain, inputs, outputs, attributes, captured, bytes }
}

function readAttribute(bytes: Uint8Array): Attribute & { name: string; graphs: readonly Uint8Array[] } {
  const wholes: number[] = []
  const graphs: Uint8Array[] = []
  let name = ''
  let whole: number | undefined
  let float: number | undefined
  let tensor: Uint8Array | undefined
  for (const { number, value, payload, fixed } of fieldsOf(bytes)) {
    if (number === 1 && payload) name = textOf(payload)
    else if (number === 2 && fixed)
      float = new DataView(fixed.buffer, fixed.byteOffset, 4).getFloat32(0, true)
    else if (number === 3) whole = value
    else if (number === 5) tensor = payload
    else if (number === 8) wholes.push(...(payload ? wholesOf(payload) : [value!]))
    else if ((number === 6 || number === 11) && payload) graphs.push(payload)
  }
  return { name, whole, float, wholes, tensor, graphs }
}

/** Everything that nodes of an inner graph read. */
function namesIn(graph: Uint8Array): readonly string[] {
  const names: string[] = []
  for (const { number, payload } of fieldsOf(graph)) {
    if (number !== 1 || payload === undefined) continue
    const { inputs, captured } = readNode(payload)
    names.push(...inputs, ...captured)
  }
  return names
}

/** A node of ONNX's own operators, or of onnxruntime's. */
export interface NewNode {
  readonly op: string
  readonly domain?: 'com.microsoft'
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>
}

const KINDS = { whole: 2, wholes: 7 } as const

export function writeNode({ op, domain, inputs, outputs, attributes = {} }: NewNode): Encoded {
  return [
    ...inputs.flatMap((name) => utf8Field(1, name)),
    ...outputs.flatMap((name) => utf8Field(2, name)),
    ...utf8Field(3, `fastflow.${outputs[0]}`),
    ...utf8Field(4, op),
    ...Object.entries(attributes).flatMap(([name, value]) => nestedField(5, attributeFields(name, value))),
    ...(domain === undefined ? [] : utf8Field(7, domain)),
  ]
}

function attributeFields(name: string, value: number | readonly number[]): Encoded {
  if (typeof value === 'number')
    return [...utf8Field(1, name), ...wholeField(3, value), ...wholeField(20, KINDS.whole)]
  return [...utf8Field(1, name), ...wholesField(8, value), ...wholeField(20, KINDS.wholes)]
}
