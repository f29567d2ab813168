import { readdir, readFile } from 'node:fs/promises'
import { fixtures } from '@fastflow/testkit'
import { describe, expect, it } from 'vitest'
import { externalDataLocations } from '../src/backend/external-data.ts'
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
