// Just enough of ONNX's format (protobuf) to write the models of `hostile-models.ts` byte by byte. Fields are called by
// their numbers in onnx.proto there, and by their names here.

type Bytes = Uint8Array

function varint(value: number | bigint): Bytes {
  if (value >= 0 && value < 128) return Uint8Array.of(Number(value))
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  while (rest >= 128n) {
    bytes.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  return Uint8Array.from([...bytes, Number(rest)])
}

/** Parts and lists of them, however long. */
type Parts = readonly (Bytes | readonly Bytes[])[]

export function join(...parts: Parts): Bytes {
  const flat = parts.flat()
  const bytes = new Uint8Array(flat.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of flat) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/** A whole number. */
export function whole(field: number, value: number | bigint): Bytes {
  return join(varint(field * 8), varint(value))
}

/** A message, or bytes, within another message. */
export function nested(field: number, ...parts: Parts): Bytes {
  const content = join(...parts)
  return join(varint(field * 8 + 2), varint(content.length), content)
}

export function text(field: number, value: string): Bytes {
  return nested(field, Buffer.from(value))
}

export const types = { float32: 1, int64: 7, bool: 9 } as const

export function int64(...values: readonly bigint[]): Bytes {
  return new Uint8Array(BigInt64Array.from(values).buffer)
}

interface Node {
  readonly op: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes?: readonly Bytes[]
  readonly domain?: string
}

/** A node of a graph is its field 1, of a function its field 7. */
export function node(field: number, { op, inputs, outputs, attributes = [], domain = '' }: Node): Bytes {
  return nested(
    field,
    inputs.map((name) => text(1, name)),
    outputs.map((name) => text(2, name)),
    text(4, op),
    attributes.map((attribute) => nested(5, attribute)),
    text(7, domain),
  )
}

interface Value {
  readonly name: string
  readonly type: number
  readonly dims: readonly number[]
}

function value(field: number, { name, type, dims }: Value): Bytes {
  return nested(field, text(1, name), typeOf(type, dims))
}

/** Types by what they are made of: a million inputs have one. */
const known = new Map<string, Bytes>()

function typeOf(type: number, dims: readonly number[]): Bytes {
  const key = `${type} ${dims}`
  const found = known.get(key)
  if (found !== undefined) return found
  const shape = nested(
    2,
    dims.map((size) => nested(1, whole(1, size))),
  )
  const made = nested(2, nested(1, whole(1, type), shape))
  known.set(key, made)
  return made
}

interface Weight extends Value {
  /** Its elements, or where they lie. */
  readonly data: Bytes | ExternalPlace
}

export interface ExternalPlace {
  readonly location: string
  readonly offset?: number
  readonly length?: number
}

/** Entries of `external_data`, and that the data lies there. */
function elsewhere(place: ExternalPlace): Bytes {
  return join(
    Object.entries(place).map(([key, value]) => nested(13, text(1, key), text(2, String(value)))),
    whole(14, 1),
  )
}

export interface Graph {
  readonly nodes: readonly Bytes[]
  readonly weights?: readonly Weight[]
  readonly inputs?: readonly Value[]
  readonly outputs: readonly Value[]
}

export function graph({ nodes, weights = [], inputs = [], outputs }: Graph): Bytes {
  return join(
    nodes,
    text(2, 'graph'),
    weights.map(({ name, type, dims, data }) =>
      nested(
        5,
        dims.map((size) => whole(1, size)),
        whole(2, type),
        text(8, name),
        data instanceof Uint8Array ? nested(9, data) : elsewhere(data),
      ),
    ),
    inputs.map((input) => value(11, input)),
    outputs.map((output) => value(12, output)),
  )
}

/** Operators of ONNX, and of these functions. */
export function imports(field: number, domain: string): Bytes {
  return nested(field, text(1, domain), whole(2, domain === '' ? 17 : 1))
}

export function model(body: Bytes, functions: readonly Bytes[] = []): Bytes {
  return join(
    whole(1, 8),
    nested(7, body),
    imports(8, ''),
    imports(8, 'local'),
    functions.map((definition) => nested(25, definition)),
  )
}
