import { readSafetensors } from '@fastflow/proxies'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { errorOf } from './errors.ts'
import { safetensorsOf, type WeightEntry, withHeader } from './lpips-weights.ts'

const entries: fc.Arbitrary<WeightEntry[]> = fc.uniqueArray(
  fc
    .record({
      name: fc.string({ minLength: 1 }).filter((name) => name !== '__metadata__' && name !== '__proto__'),
      shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
    })
    .chain(({ name, shape }) => {
      const length = shape.reduce((product, side) => product * side, 1)
      return fc
        .float32Array({ minLength: length, maxLength: length, noNaN: true, noDefaultInfinity: true })
        .map((data) => ({ name, shape, data }))
    }),
  { selector: ({ name }) => name },
)

const good = [
  { name: 'a', shape: [2, 1], data: Float32Array.of(1, -2) },
  { name: 'b', shape: [1], data: Float32Array.of(0.5) },
]

describe('readSafetensors', () => {
  it('reads back what was written', () => {
    fc.assert(
      fc.property(entries, (tensors) => {
        const read = readSafetensors(safetensorsOf(tensors, { a: 'b' }))
        expect([...read.keys()].sort()).toEqual(tensors.map(({ name }) => name).sort())
        for (const { name, shape, data } of tensors) expect(read.get(name)).toEqual({ shape, data })
      }),
    )
  })

  it('reads bytes that begin anywhere in a buffer', () => {
    const bytes = safetensorsOf(good)
    const moved = new Uint8Array(bytes.length + 3).subarray(3)
    moved.set(bytes)
    expect(readSafetensors(moved).get('b')?.data).toEqual(Float32Array.of(0.5))
  })

  it.each<[string, unknown, RegExp]>([
    ['what it read itself', readSafetensors(safetensorsOf(good)), /is tensors that were read already/],
    ['a path', 'lpips.safetensors', /is a value of type string; pass the bytes/],
    ['a buffer without a view', new ArrayBuffer(9), /of type ArrayBuffer/],
    ['nothing', undefined, /of type undefined/],
    ['an address', new URL('file:///a.safetensors'), /of type URL/],
  ])('says what to pass instead of %s', (_, value, problem) => {
    const error = errorOf(() => readSafetensors(value as Uint8Array))
    expect(error).toMatchObject({ code: 'invalid-argument', field: 'bytes' })
    expect(error.message).toMatch(problem)
  })

  it('refuses a file cut off anywhere', () => {
    const bytes = safetensorsOf(good)
    for (let length = 0; length < bytes.length; length++) {
      expect(errorOf(() => readSafetensors(bytes.slice(0, length), 'x.safetensors'))).toMatchObject({
        code: 'model-unreadable',
      })
    }
    const error = errorOf(() => readSafetensors(bytes.slice(0, -1), 'x.safetensors'))
    expect(error.message).toBe(
      'x.safetensors: data holds 11 bytes of tensors, its header says 12: it is cut off; restore the file',
    )
  })

  const one = (entry: object): Uint8Array => withHeader(JSON.stringify({ a: entry }), [Float32Array.of(1)])
  it.each([
    ['header', withHeader('{', [])],
    ['header', withHeader('[]', [])],
    ['header', new Uint8Array(40).fill(255)],
    ['a', withHeader('{"a": 1}', [])],
    ['a', one({ dtype: 'F16', shape: [2], data_offsets: [0, 4] })],
    ['a', one({ dtype: 'F32', shape: [-1], data_offsets: [0, 4] })],
    ['a', one({ dtype: 'F32', shape: [2], data_offsets: [0, 4] })],
    ['a', one({ dtype: 'F32', shape: [1], data_offsets: [0] })],
    ['a', one({ dtype: 'F32', shape: [0], data_offsets: [4, 4] })],
    ['data', one({ dtype: 'F32', shape: [0], data_offsets: [0, 0] })],
    [
      'a',
      withHeader('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', [Float32Array.of(Number.NaN)]),
    ],
  ])('refuses a broken %s', (field, bytes) => {
    expect(errorOf(() => readSafetensors(bytes))).toMatchObject({ code: 'model-unreadable', field })
  })
})
