import { brief, FastFlowError, invalidArgument, isRecord, readJson } from '@fastflow/core'
import { checkText } from '@fastflow/core/backend'

/** One float32 tensor, row-major. */
export interface NamedTensor {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

interface Entry {
  readonly name: string
  readonly shape: readonly number[]
  readonly begin: number
  readonly end: number
}

/** More than any header needs; a file that claims more is no safetensors file. */
const MAX_HEADER = 100_000_000

/**
 * Reads the float32 tensors of a safetensors file; strict, since a wrong byte would be a wrong weight.
 *
 * Refused: a header that is cut off or no JSON, other types than F32, shapes that do not fit their bytes, tensors that overlap,
 * leave holes or end outside the file, NaN and Infinity.
 *
 * @param bytes the file's, not its path and not what this function made of it.
 * @param name what to call the file in errors.
 * @throws FastFlowError `invalid-argument` for what is no bytes, `model-unreadable` naming the tensor.
 *
 * Format: https://github.com/huggingface/safetensors#format
 */
export function readSafetensors(bytes: Uint8Array, name = 'weights'): ReadonlyMap<string, NamedTensor> {
  checkText('name', name, 'what errors are to call the file')
  checkFileBytes('bytes', bytes)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const start = 8 + headerLength(view, name)
  const entries = readHeader(bytes.subarray(8, start), name).sort(
    (a, b) => a.begin - b.begin || a.end - b.end,
  )
  let at = 0
  for (const { name: tensor, begin, end } of entries) {
    if (begin !== at)
      throw unreadable(name, tensor, `begins at byte ${begin} of the data, ${at} was expected`)
    at = end
  }
  const held = bytes.length - start
  if (held !== at) {
    const cut = held < at ? 'it is cut off' : 'it is no plain safetensors file'
    throw unreadable(name, 'data', `holds ${held} bytes of tensors, its header says ${at}: ${cut}`)
  }
  return new Map(entries.map((entry) => [entry.name, readTensor(view, start, entry, name)]))
}

/** The bytes of a safetensors file. @param field what errors call them. @throws FastFlowError `invalid-argument`. */
export function checkFileBytes(field: string, value: unknown): asserts value is Uint8Array {
  if (value instanceof Uint8Array) return
  const what = value instanceof Map ? 'tensors that were read already' : `a value of type ${kindOf(value)}`
  throw invalidArgument(field, `is ${what}; pass the bytes of a safetensors file as a Uint8Array`)
}

function kindOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? (value.constructor?.name ?? 'object') : typeof value
}

function headerLength(view: DataView, name: string): number {
  if (view.byteLength < 8) throw unreadable(name, 'header', `has ${view.byteLength} bytes; it is cut off`)
  const length = Number(view.getBigUint64(0, true))
  if (length > MAX_HEADER) throw unreadable(name, 'header', 'is no safetensors header')
  if (length > view.byteLength - 8) {
    throw unreadable(name, 'header', `is ${length} bytes long, the file has ${view.byteLength - 8} after it`)
  }
  return length
}

function readHeader(bytes: Uint8Array, name: string): Entry[] {
  const about = {
    code: 'model-unreadable',
    name: 'header',
    place: `${name}: header`,
    fix: 'restore the file',
  } as const
  return Object.entries(readJson(bytes, about, { maxBytes: MAX_HEADER }).record())
    .filter(([key]) => key !== '__metadata__')
    .map(([key, value]) => readEntry(key, value, name))
}

function readEntry(key: string, value: unknown, name: string): Entry {
  if (!isRecord(value)) throw unreadable(name, key, 'is described by no JSON object')
  const { dtype, shape, data_offsets: offsets } = value
  if (dtype !== 'F32') throw unreadable(name, key, `is ${brief(dtype)}; save the weights as F32`)
  if (!isLengths(shape)) throw unreadable(name, key, 'has a shape that is no list of whole numbers')
  if (!isLengths(offsets) || offsets.length !== 2)
    throw unreadable(name, key, 'has no data_offsets [begin, end]')
  const [begin, end] = offsets as [number, number]
  const size = 4 * shape.reduce((product, length) => product * length, 1)
  if (end - begin !== size) {
    throw unreadable(name, key, `takes ${end - begin} bytes, its shape ${brief(shape)} needs ${size}`)
  }
  return { name: key, shape, begin, end }
}

function isLengths(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0)
}

function readTensor(view: DataView, start: number, entry: Entry, name: string): NamedTensor {
  const data = new Float32Array((entry.end - entry.begin) / 4)
  for (let k = 0; k < data.length; k++) {
    const value = view.getFloat32(start + entry.begin + 4 * k, true)
    if (!Number.isFinite(value)) throw unreadable(name, entry.name, `holds ${value} at ${k}`)
    data[k] = value
  }
  return { shape: entry.shape, data }
}

function unreadable(file: string, field: string, problem: string): FastFlowError {
  const message = `${file}: ${field.slice(0, 200)} ${problem}; restore the file`
  // A tensor may be named by an empty text.
  return new FastFlowError({ code: 'model-unreadable', field: field || 'header', message })
}
