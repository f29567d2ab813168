import { readdir, readFile } from 'node:fs/promises'
import { fixtures } from '@fastflow/testkit'
import { describe, expect, it } from 'vitest'
import { externalDataLocations, externalDataOf } from '../src/backend/external-data.ts'
import { staysInside } from '../src/backend/stays-inside.ts'

const bytesOf = async (name: string): Promise<Uint8Array> => readFile(new URL(name, fixtures))

describe('externalDataLocations', () => {
  it.each([
    ['affine.onnx', []],
    ['slow.onnx', []],
    ['external.onnx', ['weights.bin']],
    ['external-parent.onnx', ['../fixtures/weights.bin']],
    ['external-nested.onnx', ['../fixtures/weights.bin']],
  ])('%s names %j', async (name, locations) => {
    expect(externalDataLocations(await bytesOf(name))).toEqual(locations)
  })

  it('ends, with a list or a RangeError, on any damaged model', async () => {
    const models = (await readdir(fixtures)).filter((name) => name.endsWith('.onnx'))
    for (const name of models) {
      const bytes = await bytesOf(name)
      for (let at = 0; at < bytes.length; at++) {
        attempt(bytes.subarray(0, at))
        for (const value of [0x00, 0x7f, 0xff]) attempt(Uint8Array.from(bytes).fill(value, at, at + 1))
      }
    }
  })

  it('refuses graphs nested without end', () => {
    const field = (number: number, payload: Uint8Array): Uint8Array =>
      Uint8Array.of(number * 8 + 2, (payload.length % 128) + 128, payload.length >> 7, ...payload)
    let graph = new Uint8Array()
    // graph > node > attribute > graph > ...
    for (let level = 0; level < 100; level++) graph = Uint8Array.from(field(1, field(5, field(6, graph))))
    expect(() => externalDataLocations(field(7, graph))).toThrow(/nests deeper/)
  })
})

describe('externalDataOf', () => {
  const text = (number: number, value: string): number[] => [
    number * 8 + 2,
    value.length,
    ...new TextEncoder().encode(value),
  ]
  const nested = (number: number, content: number[]): number[] => [
    number * 8 + 2,
    (content.length % 128) + 128,
    content.length >> 7,
    ...content,
  ]
  const tensor = (entries: Readonly<Record<string, string>>): number[] =>
    nested(
      5,
      Object.entries(entries).flatMap(([key, value]) => nested(13, [...text(1, key), ...text(2, value)])),
    )
  const modelOf = (...tensors: number[][]): Uint8Array => Uint8Array.from(nested(7, tensors.flat()))

  it('tells how far the tensors of each file reach, whatever order their entries come in', () => {
    const model = modelOf(
      tensor({ location: 'b', offset: '4096', length: '1000' }),
      tensor({ length: '3', offset: '9999999999', location: 'a' }),
      tensor({ location: 'b', offset: '0', length: '16' }),
    )
    expect(externalDataOf(model)).toEqual([
      { location: 'a', bytes: 10_000_000_002 },
      { location: 'b', bytes: 5096 },
    ])
  })

  it('takes nothing for granted that a model does not say', () => {
    const model = modelOf(tensor({ location: 'a' }), tensor({ location: 'b', offset: '-1', length: '1e9' }))
    expect(externalDataOf(model)).toEqual([
      { location: 'a', bytes: 0 },
      { location: 'b', bytes: 0 },
    ])
  })
})

describe('staysInside', () => {
  it.each(['weights.bin', 'a/b/c.onnx', 'a..b/...c', '.hidden', './x'])('%s does', (path) => {
    expect(staysInside(path)).toBe(true)
  })
  it.each(['', '..', '../x', 'a/../../x', 'a\\..\\x', '/x', '\\x', 'C:\\x', 'c:x', 'x\0'])(
    '%j does not',
    (path) => {
      expect(staysInside(path)).toBe(false)
    },
  )
})

function attempt(bytes: Uint8Array): void {
  try {
    expect(Array.isArray(externalDataLocations(bytes))).toBe(true)
  } catch (error) {
    expect(error).toBeInstanceOf(RangeError)
  }
}
