import { Readable } from 'node:stream'
import { tailOf } from '@fastflow/backend-process/channel'
import { describe, expect, it } from 'vitest'
import { ended } from '../src/lane-errors.ts'
import { checkIsolation } from '../src/limits.ts'

/** As a process writes them: in pieces of any size. */
async function lastWords(text: string, pieces: number): Promise<string> {
  const size = Math.ceil(text.length / pieces)
  const chunks = Array.from({ length: pieces }, (_, k) => Buffer.from(text.slice(k * size, (k + 1) * size)))
  const stream = Readable.from(chunks.filter(({ length }) => length > 0))
  const words = tailOf(stream)
  await new Promise((end) => stream.on('end', end))
  return words()
}

/** What V8 says when the system refuses it memory: first why, then where, a line a frame. */
const frames = Array.from({ length: 40 }, (_, k) => `${k}: 0x${'f'.repeat(100)} v8::internal::Frame${k}`)
const ofEngine = ['FATAL ERROR: Zone Allocation failed - process out of memory', ...frames].join('\n')

describe('last words of a process', () => {
  it.each([1, 2, 7, 300])('are its first and its last ones, in %i pieces', async (pieces) => {
    const words = await lastWords(ofEngine, pieces)
    expect(words).toMatch(/^FATAL ERROR: Zone .* \.\.\. .*Frame39$/)
    expect(words.length).toBeLessThan(2100)
    expect(await lastWords('short\x1b[2J and\nclear', pieces)).toBe('short [2J and clear')
    const just = 'x'.repeat(2000)
    expect(await lastWords(just, pieces)).toBe(just)
  })

  it('tell memory that the system refused the engine from another crash', async () => {
    const settings = checkIsolation({ isolation: 'process', limits: { memoryBytes: 2 ** 28 } })
    const end = async (words: string) => ({ why: `SIGABRT; its last words: ${await lastWords(words, 3)}` })
    expect(ended('m.onnx', await end(ofEngine), settings).code).toBe('limit-exceeded')
    expect(ended('m.onnx', await end('assertion failed'), settings).code).toBe('model-failed')
  })
})
