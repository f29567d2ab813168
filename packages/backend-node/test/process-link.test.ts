import { fileURLToPath } from 'node:url'
import type { Feeds, RunResult } from '@fastflow/core'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Lane, openLane } from '../src/lane.ts'
import { checkIsolation } from '../src/limits.ts'
import { processLink } from '../src/process/link.ts'
import { readReply } from '../src/process/messages.ts'

// The parent's side against a process that answers what a real one never would.

const oddChild = fileURLToPath(new URL('fixtures/odd-child.mjs', import.meta.url))
const settings = checkIsolation({ isolation: 'process' })
const feeds: Feeds = { x: { type: 'float32', dims: [2], data: new Float32Array(2) } }

async function open(act: string): Promise<Lane> {
  const link = processLink(oddChild, 2 ** 30, 1)
  onTestFinished(() => link.close())
  return openLane(link, { kind: 'load', source: 'm.onnx', file: act, threads: 1, spin: false }, () => {}, {
    settings,
  })
}

async function run(lane: Lane): Promise<RunResult> {
  return lane.run(feeds, ['y'], {})
}

describe('processes that answer', () => {
  it('as they should are believed', async () => {
    expect((await run(await open('right'))).outputs.y?.data).toEqual(new Float32Array(2))
  })

  it.each([
    ['garbage', 'no frame'],
    ['half a frame', 'exit code 7, in the middle of an answer'],
    ['last words', 'exit code 9; its last words: a line [31mout of luck'],
    ['a giant payload', 'payload of 4503599627370496 bytes'],
    ['a giant tensor', 'outside the payload'],
    ['a tensor outside', 'outside the payload'],
    ['a negative size', 'a size that is none'],
    ['another type', 'other outputs'],
    ['another name', 'other outputs'],
    ['no output', 'other outputs'],
    ['two outputs', 'other outputs'],
    ['no text', 'without a text'],
    ['an unknown kind', 'no known kind'],
    ['no object', 'no object'],
    ['a payload for nothing', 'nobody asked for'],
  ])('with %s are ended, and the error says so', async (act, words) => {
    const lane = await open(act)
    const refusal = { code: 'model-failed', field: act, message: expect.stringContaining(words) }
    await expect(run(lane)).rejects.toMatchObject(refusal)
    await expect(run(lane)).rejects.toMatchObject(refusal)
    await lane.dispose()
  })

  it.each([
    ['loads without a digest', 'digest'],
    ['loads without inputs', 'without a list'],
    ['fails in an unknown way', 'no known kind'],
    ['makes odd progress', 'no known kind'],
    ['ends at once', 'exit code 3'],
  ])('a load that %s fails', async (act, words) => {
    const refusal = { code: 'model-failed', message: expect.stringContaining(words) }
    await expect(open(act)).rejects.toMatchObject(refusal)
  })

  it('twice are ended before the next call', async () => {
    const lane = await open('two answers')
    await run(lane)
    await expect.poll(() => lane.failure()?.message).toContain('nobody asked for')
  })

  it('cannot be started are reported', async () => {
    const link = processLink('/no/such/child.js', 2 ** 30, 1)
    const request = { kind: 'load', source: 'm.onnx', file: 'm.onnx', threads: 1, spin: false } as const
    const refusal = { code: 'model-failed', message: expect.stringMatching(/exit code 1.*child\.js/) }
    await expect(openLane(link, request, () => {}, { settings })).rejects.toMatchObject(refusal)
  })
})

describe('headers of answers', () => {
  it('of any shape are read or refused by a RangeError', () => {
    const kinds = ['progress', 'loaded', 'load-failed', 'run-failed', 'ran', 'over-memory']
    const nearly = fc.record(
      {
        kind: fc.constantFrom(...kinds),
        progress: fc.jsonValue(),
        info: fc.record(
          { inputs: fc.array(fc.jsonValue()), outputs: fc.jsonValue(), digest: fc.constant('0'.repeat(64)) },
          { requiredKeys: [] },
        ),
        failure: fc.jsonValue(),
        message: fc.jsonValue(),
        outputs: fc.array(
          fc.record({
            name: fc.constantFrom('y', '__proto__'),
            type: fc.constantFrom('float32', 'toString'),
            dims: fc.array(fc.oneof(fc.integer(), fc.double(), fc.jsonValue())),
            offset: fc.oneof(fc.integer(), fc.double()),
          }),
        ),
        ms: fc.jsonValue(),
      },
      { requiredKeys: ['kind'] },
    )
    const expected = {
      fetches: ['y'],
      outputs: [{ name: 'y', type: 'float32', dims: [-1] }],
    } as const
    fc.assert(
      fc.property(fc.oneof(nearly, fc.jsonValue()), (header) => {
        try {
          const reply = readReply(header, new Uint8Array(64), expected)
          if (reply.kind === 'ran') expect(reply.outputs).toHaveLength(1)
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError)
        }
      }),
      { numRuns: 2000 },
    )
  })
})
