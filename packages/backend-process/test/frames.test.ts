import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFrameReader, encodeFrame, type FrameReader } from '../src/stream/frames.ts'

interface Frame {
  readonly header: unknown
  readonly payload: readonly number[]
}

function reading(limits: { maxHeaderBytes?: number; maxPayloadBytes?: number } = {}): {
  reader: FrameReader
  frames: Frame[]
  asked: number[]
} {
  const frames: Frame[] = []
  const asked: number[] = []
  const reader = createFrameReader({
    maxHeaderBytes: 1000,
    maxPayloadBytes: 1000,
    ...limits,
    // More than is needed, as memory that is used again is.
    payloadFor: (_, bytes) => {
      asked.push(bytes)
      return new Uint8Array(bytes + 7)
    },
    onFrame: (header, payload) => frames.push({ header, payload: [...payload] }),
  })
  return { reader, frames, asked }
}

function bytesOf(frames: readonly Frame[]): Uint8Array {
  return Buffer.concat(
    frames.flatMap(({ header, payload }) => [encodeFrame(header, payload.length), Uint8Array.from(payload)]),
  )
}

const frame = fc.record({
  header: fc.record({ kind: fc.string({ unit: 'grapheme' }), at: fc.nat() }),
  payload: fc.array(fc.nat(255), { maxLength: 40 }),
})

/** The 16 bytes before a header. */
function prefix(word: string, header: number, payload: bigint): Uint8Array {
  const bytes = Buffer.alloc(16)
  bytes.write(word, 'latin1')
  bytes.writeUInt32LE(header, 4)
  bytes.writeBigUInt64LE(payload, 8)
  return bytes
}

describe('frames', () => {
  it('come out as they went in, however the stream is cut', () => {
    const cuts = fc.array(fc.nat(50), { maxLength: 30 })
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 5 }), cuts, (sent, lengths) => {
        const { reader, frames } = reading()
        const stream = bytesOf(sent)
        let at = 0
        for (const length of lengths) {
          reader.push(stream.subarray(at, at + length))
          at += length
        }
        reader.push(stream.subarray(at))
        expect(frames).toEqual(sent)
        expect(reader.partial()).toBe(false)
      }),
    )
  })

  it('come out of a stream of single bytes', () => {
    const sent = [
      { header: { kind: 'ü' }, payload: [1, 2, 3] },
      { header: [null], payload: [] },
    ]
    const { reader, frames } = reading()
    for (const byte of bytesOf(sent)) reader.push(Uint8Array.of(byte))
    expect(frames).toEqual(sent)
  })

  it('that were cut short are told from whole ones, wherever the cut is', () => {
    const stream = bytesOf([{ header: { kind: 'ran' }, payload: [1, 2, 3] }])
    for (let length = 1; length < stream.length; length++) {
      const { reader, frames } = reading()
      reader.push(stream.subarray(0, length))
      expect(frames).toEqual([])
      expect(reader.partial()).toBe(true)
    }
  })

  it.each([
    ['text on the same stream', Buffer.from('warning: something is deprecated'), 'no frame'],
    ['an HTTP answer', Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), 'no frame'],
    ['a header of 4 GiB', prefix('FFP1', 2 ** 32 - 1, 0n), 'header of 4294967295 bytes'],
    ['a header over the limit', prefix('FFP1', 1001, 0n), 'more than the 1000'],
    ['a payload of 2^64 bytes', prefix('FFP1', 2, 2n ** 64n - 1n), 'payload of 18446744073709552000'],
    ['a payload over the limit', prefix('FFP1', 2, 1001n), 'more than the 1000'],
    ['no header', prefix('FFP1', 0, 0n), 'without a header'],
    ['a header that is not JSON', Buffer.concat([prefix('FFP1', 2, 0n), Buffer.from('{]')]), 'not JSON'],
    [
      'a header that is not UTF-8',
      Buffer.concat([prefix('FFP1', 3, 0n), Buffer.from('"\xff"', 'latin1')]),
      'JSON',
    ],
  ])('are refused before memory is taken: %s', (_, stream, words) => {
    const { reader, frames, asked } = reading()
    expect(() => reader.push(stream)).toThrow(RangeError)
    expect(() => reading().reader.push(stream)).toThrow(words)
    expect(frames).toEqual([])
    expect(asked).toEqual([])
  })

  it('with a header nested a hundred thousand deep are refused or read, and never end the process', () => {
    const deep = Buffer.from('['.repeat(100_000))
    const { reader } = reading({ maxHeaderBytes: 200_000 })
    expect(() => reader.push(Buffer.concat([prefix('FFP1', deep.length, 0n), deep]))).toThrow('not JSON')
  })

  it('garbage of any kind gives RangeErrors and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (garbage, begun) => {
        const { reader } = reading()
        try {
          reader.push(begun ? Buffer.concat([Buffer.from('FFP1'), garbage]) : garbage)
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError)
        }
      }),
    )
  })
})
