import type { Writable } from 'node:stream'

// What travels between two processes: frames of a JSON header and raw bytes, over any stream of bytes.
//
//   4 bytes  the letters FFP1
//   4 bytes  length of the header, unsigned, little-endian
//   8 bytes  length of the payload, unsigned, little-endian
//   header   JSON in UTF-8: what is said, and where tensors lie in the payload
//   payload  tensors as `layOut` of @fastflow/core/backend places them, or the bytes of a model
//
// Nothing in a frame is ever executed, and lengths are checked before memory is taken for them.

/** FFP1, read as a little-endian number. */
const magic = 0x31504646
const prefixBytes = 16

export interface FrameReaderOptions {
  /** Longest header that is taken. */
  readonly maxHeaderBytes: number
  /** Longest payload that is taken. */
  readonly maxPayloadBytes: number
  /** Memory for the payload of a frame, at least `bytes` long; asked for once the header is known. */
  payloadFor(header: unknown, bytes: number): Uint8Array
  /** Called with each whole frame; the payload is as long as was announced. */
  onFrame(header: unknown, payload: Uint8Array): void
}

export interface FrameReader {
  /** Takes the next bytes of the stream, however it was cut. @throws RangeError where they are no frames. */
  push(chunk: Uint8Array): void
  /** Whether the stream has stopped in the middle of a frame. */
  readonly partial: () => boolean
}

/** What goes before the payload of a frame. */
export function encodeFrame(header: unknown, payloadBytes: number): Uint8Array {
  const text = Buffer.from(JSON.stringify(header))
  const bytes = new Uint8Array(prefixBytes + text.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, magic, true)
  view.setUint32(4, text.length, true)
  view.setBigUint64(8, BigInt(payloadBytes), true)
  bytes.set(text, prefixBytes)
  return bytes
}

/** Writes a frame in one go. The payload must stay as it is until it has arrived. */
export function writeFrame(
  stream: Pick<Writable, 'cork' | 'uncork' | 'write'>,
  header: unknown,
  payload: Uint8Array,
): void {
  stream.cork()
  stream.write(encodeFrame(header, payload.length))
  if (payload.length > 0) stream.write(payload)
  stream.uncork()
}

/** Puts frames together again from a stream that comes in pieces of any size. */
export function createFrameReader(options: FrameReaderOptions): FrameReader {
  // Filled in turn: the prefix, the header, the payload.
  let part: 'prefix' | 'header' | 'payload' = 'prefix'
  let target: Uint8Array = new Uint8Array(prefixBytes)
  let filled = 0
  let payloadBytes = 0
  let header: unknown

  function begin(next: typeof part, memory: Uint8Array): void {
    part = next
    target = memory
    filled = 0
  }

  function complete(): void {
    if (part === 'prefix') {
      const lengths = readPrefix(target, options)
      payloadBytes = lengths.payload
      begin('header', new Uint8Array(lengths.header))
    } else if (part === 'header') {
      header = parseHeader(target)
      begin('payload', options.payloadFor(header, payloadBytes).subarray(0, payloadBytes))
    } else {
      const payload = target
      begin('prefix', new Uint8Array(prefixBytes))
      options.onFrame(header, payload)
    }
  }

  return {
    partial: () => part !== 'prefix' || filled > 0,
    push(chunk) {
      let at = 0
      while (at < chunk.length) {
        const taken = Math.min(chunk.length - at, target.length - filled)
        target.set(chunk.subarray(at, at + taken), filled)
        at += taken
        filled += taken
        // Empty payloads are complete as soon as they begin.
        while (filled === target.length) complete()
      }
    },
  }
}

function readPrefix(bytes: Uint8Array, options: FrameReaderOptions): { header: number; payload: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint32(0, true) !== magic) throw new RangeError('something that is no frame')
  const header = view.getUint32(4, true)
  const payload = Number(view.getBigUint64(8, true))
  const { maxHeaderBytes, maxPayloadBytes } = options
  if (header === 0) throw new RangeError('a frame without a header')
  if (header > maxHeaderBytes)
    throw new RangeError(`a header of ${header} bytes, more than the ${maxHeaderBytes} that are taken`)
  if (payload > maxPayloadBytes)
    throw new RangeError(`a payload of ${payload} bytes, more than the ${maxPayloadBytes} that are taken`)
  return { header, payload }
}

function parseHeader(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new RangeError('a header that is not JSON')
  }
}
