import type { LpipsNet } from '@fastflow/proxies'
import { BACKBONES, headName } from '../src/lpips/weights.ts'

/** The MurmurHash3 finaliser on `seed + k`, in [-0.5, 0.5): the hash of training/reference/lpips.py. */
function hashed(seed: number, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, k) => {
    let x = (seed + k) >>> 0
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b) >>> 0
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35) >>> 0
    return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32 - 0.5
  })
}

export interface WeightEntry {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** The weights of training/reference/lpips.py, which explains them. */
export function hashedWeights(net: LpipsNet): WeightEntry[] {
  const { shapes, channels } = BACKBONES[net]
  let seed = 1
  const next = (count: number, change: (value: number) => number): Float32Array => {
    const data = hashed(seed, count).map(change)
    seed += count
    return data
  }
  const convolutions = Object.entries(shapes).map(([name, shape]) => {
    const count = shape.reduce((product, length) => product * length, 1)
    const gain = Math.fround(Math.sqrt((24 * shape[0]!) / count))
    const scale = shape.length === 4 ? gain : Math.fround(0.1)
    return { name, shape, data: next(count, (value) => value * scale) }
  })
  const heads = channels.map((count, k) => {
    return { name: headName(k), shape: [count], data: next(count, (value) => value + 0.5) }
  })
  return [...convolutions, ...heads]
}

/** A safetensors file of these tensors. */
export function safetensorsOf(
  entries: readonly WeightEntry[],
  metadata?: Record<string, string>,
): Uint8Array {
  let at = 0
  const header: Record<string, unknown> = metadata === undefined ? {} : { __metadata__: metadata }
  for (const { name, shape, data } of entries) {
    header[name] = { dtype: 'F32', shape, data_offsets: [at, at + data.byteLength] }
    at += data.byteLength
  }
  return withHeader(
    JSON.stringify(header),
    entries.map(({ data }) => data),
  )
}

/** The bytes of a header and of tensors, whether they fit or not. */
export function withHeader(header: string, tensors: readonly Float32Array[]): Uint8Array {
  const words = new TextEncoder().encode(header)
  const length = new Uint8Array(8)
  new DataView(length.buffer).setBigUint64(0, BigInt(words.length), true)
  return Buffer.concat([length, words, ...tensors.map(({ buffer }) => new Uint8Array(buffer))])
}
