import { FastFlowError, isRecord, type ModelFolder, parseJson, readConfig } from '@fastflow/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeUtf8 } from '../src/json/utf8.ts'

const encoder = new TextEncoder()

function folderOf(text: string): ModelFolder {
  const unused = () => Promise.reject(new Error('not used'))
  return {
    location: 'models/x',
    has: unused,
    load: unused,
    read: () => Promise.resolve(encoder.encode(text)),
  }
}

async function errorOf(work: Promise<unknown>): Promise<FastFlowError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason) => reason,
  )
  if (FastFlowError.isInstance(error)) return error
  throw new Error('no FastFlowError was thrown')
}

describe('parseJson', () => {
  it('reads what JSON.stringify writes, in any script', () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: 'grapheme' }), (text) => {
        expect(parseJson(encoder.encode(text))).toEqual(JSON.parse(text))
      }),
    )
  })
})

describe('UTF-8', () => {
  // Slow, but strict by its own definition.
  const reference = (bytes: Uint8Array): string =>
    decodeURIComponent([...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''))
  const outcome = (
    decode: (bytes: Uint8Array) => string | undefined,
    bytes: Uint8Array,
  ): string | undefined => {
    try {
      return decode(bytes)
    } catch {
      return undefined
    }
  }

  it('is read as decodeURIComponent reads it, and refused as it refuses it', () => {
    const lead = fc.constantFrom(
      0x7f,
      0x80,
      0xbf,
      0xc0,
      0xc1,
      0xc2,
      0xdf,
      0xe0,
      0xed,
      0xef,
      0xf0,
      0xf4,
      0xf5,
      0xff,
    )
    const rest = fc.constantFrom(0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0)
    const nasty = fc.array(fc.oneof(lead, rest, fc.integer({ min: 0, max: 255 })), { maxLength: 6 })
    fc.assert(
      fc.property(nasty, (list) => {
        const bytes = Uint8Array.from(list)
        expect(outcome(decodeUtf8, bytes)).toBe(outcome(reference, bytes))
      }),
      { numRuns: 3000 },
    )
  })

  it('comes back whole, however long and wherever it is cut into chunks', () => {
    for (const letter of ['a', 'é', '甲', '🦊']) {
      for (const before of ['', 'a', 'ab']) {
        const text = before + letter.repeat(20_000)
        expect(decodeUtf8(encoder.encode(text))).toBe(text)
      }
    }
    expect(decodeUtf8(new Uint8Array(0))).toBe('')
  })
})

describe('a byte order mark', () => {
  it('is no part of the JSON', () => {
    expect(parseJson(encoder.encode('\uFEFF{ "a": "\uFEFF" }'))).toEqual({ a: '\uFEFF' })
    expect(() => parseJson(encoder.encode('\uFEFF\uFEFF1'))).toThrow('is not valid JSON')
  })
})

describe('readConfig', () => {
  it('reads whole numbers within bounds, and takes null for missing', async () => {
    const config = await readConfig(folderOf('{ "a": 3, "b": null }'), 'dir/config.json')
    expect(config.whole('a', { least: 1, most: 3 })).toBe(3)
    expect(config.has('b')).toBe(false)
    expect(config.whole('b', { least: 1, most: 9, otherwise: 7 })).toBe(7)
    expect(isRecord(config.values)).toBe(true)
  })

  it('names file and field of what it cannot use', async () => {
    const config = await readConfig(folderOf('{ "a": 3.5 }'), 'dir/config.json')
    const error = await errorOf(Promise.resolve().then(() => config.whole('a', { least: 1, most: 9 })))
    expect(error).toMatchObject({ code: 'model-unreadable', field: 'dir/config.a' })
    expect(error.message).toContain('models/x/dir/config.json: a: 3.5 is not a whole number from 1 to 9')
    expect(config.unsupported('a', '3, 4')).toMatchObject({ code: 'unsupported', field: 'dir/config.a' })
  })

  it.each(['[1]', '{', 'null'])('refuses %s', async (text) => {
    expect(await errorOf(readConfig(folderOf(text), 'config.json'))).toMatchObject({
      code: 'model-unreadable',
      field: 'config.json',
    })
  })
})
