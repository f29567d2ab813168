import { type Encoded, fieldsOf, nestedField, wholeField, wholesField } from '@fastflow/core/backend'
import { textOf, utf8Field, wholesOf } from './values.ts'

/** Element types of onnx.proto that weights have here. */
export const elementTypes = { float32: 1, uint8: 2, int8: 3, float16: 10 } as const

/** Where a tensor's values lie in a file beside the model. */
export interface TensorPlace {
  readonly location: string
  readonly offset: number
  /** Undefined where the model does not say: then up to the end of the file. */
  readonly length: number | undefined
}

/** A constant of a graph (`TensorProto`). */
export interface Tensor {
  readonly name: string
  readonly dims: readonly number[]
  /** Number of its element type in onnx.proto. */
  readonly type: number
  /** Its values, little-endian; undefined where they lie elsewhere or in a form that no exporter of networks writes. */
  readonly raw: Uint8Array | undefined
  readonly place: TensorPlace | undefined
  /** The whole message, to be copied as it is. */
  readonly bytes: Uint8Array
}

const DATA = { floats: 4, raw: 9, entry: 13, location: 14 } as const

export function readTensor(bytes: Uint8Array): Tensor {
  const dims: number[] = []
  const entries = new Map<string, string>()
  let [name, type] = ['', 0]
  let raw: Uint8Array | undefined
  for (const { number, value, payload } of fieldsOf(bytes)) {
    if (number === 1) dims.push(...(payload ? wholesOf(payload) : [value!]))
    else if (number === 2) type = value ?? 0
    else if (number === 8 && payload) name = textOf(payload)
    // Floats that are packed lie in memory as raw ones do.
    else if ((number === DATA.raw || number === DATA.floats) && payload) raw = payload
    else if (number === DATA.entry && payload) entries.set(...entryOf(payload))
  }
  const location = entries.get('location')
  const place = location === undefined ? undefined : placeOf(location, entries)
  return { name, dims, type, raw: place ? undefined : raw, place, bytes }
}

function placeOf(location: string, entries: ReadonlyMap<string, string>): TensorPlace {
  const length = entries.get('length')
  return {
    location,
    offset: Number(entries.get('offset') ?? 0),
    length: length === undefined ? undefined : Number(length),
  }
}

function entryOf(bytes: Uint8Array): [string, string] {
  let [key, value] = ['', '']
  for (const { number, payload } of fieldsOf(bytes)) {
    if (number === 1 && payload) key = textOf(payload)
    if (number === 2 && payload) value = textOf(payload)
  }
  return [key, value]
}

/** A tensor whose values stand in the model, or at a place in a file beside it. */
export function writeTensor(
  { name, dims, type }: Pick<Tensor, 'name' | 'dims' | 'type'>,
  values: Uint8Array | Required<TensorPlace>,
): Encoded {
  const head = [...wholesField(1, dims), ...wholeField(2, type), ...utf8Field(8, name)]
  if (values instanceof Uint8Array) return [...head, ...nestedField(DATA.raw, [values])]
  const entry = (key: string, text: string): Encoded =>
    nestedField(DATA.entry, [...utf8Field(1, key), ...utf8Field(2, text)])
  return [
    ...head,
    ...entry('location', values.location),
    ...entry('offset', String(values.offset)),
    ...entry('length', String(values.length)),
    ...wholeField(DATA.location, 1),
  ]
}
