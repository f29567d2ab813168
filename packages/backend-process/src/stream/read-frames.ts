import type { Readable } from 'node:stream'
import { createFrameReader, type FrameReader, type FrameReaderOptions } from './frames.ts'

/** What a stream of frames has come to. */
export interface Heard extends Pick<FrameReader, 'partial'> {
  /** What it held that is refused, in words; nothing is read after that. */
  violation(): string | undefined
}

/** Reads a stream frame by frame; `kill` ends its writer at what is no frame or what `payloadFor` or `onFrame` refuse. */
export function readFrames(stream: Readable, options: FrameReaderOptions, kill: () => void): Heard {
  let violation: string | undefined
  const reader = createFrameReader(options)
  stream.on('data', (chunk: Uint8Array) => {
    if (violation !== undefined) return
    try {
      reader.push(chunk)
    } catch (error) {
      violation = `it wrote ${error instanceof Error ? error.message : String(error)}`
      kill()
    }
  })
  return { partial: reader.partial, violation: () => violation }
}
