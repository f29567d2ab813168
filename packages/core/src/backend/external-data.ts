import { shown } from '../check/shown.ts'
import { invalidArgument } from '../errors.ts'
import { fieldsOf, textOf } from './protobuf.ts'

/**
 * Lists the files that an ONNX model names as the place of its weights (`external_data`), so that
 * they can be checked before onnxruntime opens them. A full protobuf reader is not needed: only the
 * fields below can lead to a tensor. Numbers are those of onnx.proto.
 */
const messages = {
  model: { 7: 'graph', 20: 'training', 25: 'function' },
  training: { 1: 'graph', 2: 'graph' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparse' },
  function: { 7: 'node', 11: 'attribute' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  sparse: { 1: 'tensor', 2: 'tensor' },
  tensor: { 13: 'entry' },
  entry: {},
} as const

type MessageName = keyof typeof messages

const maxDepth = 200

/** A file that a model keeps weights in. */
export interface ExternalData {
  readonly location: string
  /** How far into the file its tensors reach; 0 where the model does not say. */
  readonly bytes: number
}

/** What the entries of one tensor say. */
interface Place {
  readonly locations: string[]
  offset: number
  length: number
}

/**
 * Locations of external data in `model`, sorted, each once.
 *
 * Cost: one pass over the structure; raw weights are stepped over, not read.
 *
 * @throws RangeError when the bytes are no ONNX model.
 */
export function externalDataLocations(model: Uint8Array): string[] {
  return externalDataOf(model).map(({ location }) => location)
}

/**
 * The files of {@link externalDataLocations}, in the same order, and how long each has to be.
 *
 * @throws RangeError when the bytes are no ONNX model.
 */
export function externalDataOf(model: Uint8Array): ExternalData[] {
  // The tag rather than `instanceof`, which fails across realms.
  if (model?.[Symbol.toStringTag] !== 'Uint8Array')
    throw invalidArgument('model', `${shown(model)} is not a Uint8Array`)
  const found = new Map<string, number>()
  let graphs = 0
  let place: Place = { locations: [], offset: 0, length: 0 }
  visit('model', model, 0)
  if (graphs === 0) throw new RangeError('it holds no graph')
  return [...found.keys()].sort().map((location) => ({ location, bytes: found.get(location)! }))

  function visit(name: MessageName, bytes: Uint8Array, depth: number): void {
    if (depth > maxDepth) throw new RangeError(`it nests deeper than ${maxDepth} levels`)
    if (name === 'graph') graphs += 1
    if (name === 'entry') {
      collect(bytes, place)
      return
    }
    if (name === 'tensor') place = { locations: [], offset: 0, length: 0 }
    const children: Readonly<Record<number, MessageName>> = messages[name]
    for (const { number, payload } of fieldsOf(bytes)) {
      const child = children[number]
      if (child !== undefined && payload !== undefined) visit(child, payload, depth + 1)
    }
    if (name === 'tensor')
      for (const location of place.locations)
        found.set(location, Math.max(found.get(location) ?? 0, place.offset + place.length))
  }
}

/** Repeated keys and values are all taken, so that no reader's choice among them goes unchecked. */
function collect(entry: Uint8Array, place: Place): void {
  const text = { key: [] as string[], value: [] as string[] }
  for (const { number, payload } of fieldsOf(entry)) {
    if (payload === undefined) continue
    if (number === 1) text.key.push(textOf(payload))
    if (number === 2) text.value.push(textOf(payload))
  }
  if (text.key.includes('location')) place.locations.push(...text.value)
  if (text.key.includes('offset')) place.offset = numberOf(text.value)
  if (text.key.includes('length')) place.length = numberOf(text.value)
}

/** 0 for what is no number: what becomes of that is the runtime's to say. */
function numberOf(values: readonly string[]): number {
  return /^\d{1,15}$/.test(values[0] ?? '') ? Number(values[0]) : 0
}
