import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readReply } from '../src/messages/replies.ts'
import { readRequest } from '../src/serve/read-request.ts'
import { backendOf, load, workers } from './support.ts'

const feeds = { x: { type: 'float32', dims: [2], data: new Float32Array(2) } } as const

describe('workers that answer', () => {
  it('as they should are believed', async () => {
    const runner = await load(backendOf('odd-worker', ['right']), 'm')
    expect((await runner.run(feeds)).outputs.y?.data).toEqual(new Float32Array(2))
  })

  it.each([
    ['garbage', 'no frame'],
    ['half a frame', 'exit code 7, in the middle of an answer'],
    ['last words', 'exit code 9; its last words: Traceback: out of luck'],
    ['a giant payload', 'payload of 4503599627370496 bytes'],
    ['a payload beyond its outputs', 'payload of 1073741824 bytes for outputs of 8'],
    ['an answer to an earlier question', 'nobody asked for'],
  ])('with %s are ended, and the error says so', async (act, words) => {
    const runner = await load(backendOf('odd-worker', [act]), 'm')
    const refusal = { code: 'model-failed', field: 'm', message: expect.stringContaining(words) }
    await expect(runner.run(feeds)).rejects.toMatchObject(refusal)
  })

  it('twice are ended before the next call', async () => {
    const runner = await load(backendOf('odd-worker', ['two answers']), 'm')
    for (let call = 0; call < 2; call++) {
      expect((await runner.run(feeds)).outputs.y?.data).toEqual(new Float32Array(2))
      await expect.poll(workers).toEqual([])
    }
  })

  it.each([
    ['another version', 'version 2'],
    ['names that are no texts', 'without a text'],
    ['no answer', 'exit code 1; its last words: No module named x'],
  ])('when opened with %s are refused', async (act, words) => {
    const refusal = { code: 'unsupported', field: 'command', message: expect.stringContaining(words) }
    await expect(backendOf('odd-worker', [act]).open('folder')).rejects.toMatchObject(refusal)
  })
})

describe('answers', () => {
  const place = (over: object = {}) => ({ name: 'y', type: 'float32', dims: [2], offset: 0, ...over })
  const ran = (...outputs: readonly unknown[]) => ({ id: 1, kind: 'ran', ms: 1, outputs })
  const info = { inputs: [], outputs: [], digest: '0'.repeat(64) }
  const run = { kind: 'run', network: 'm', feeds: [], fetches: ['y'] } as const
  const load = { kind: 'load', network: 'm' } as const
  const outputs = [{ name: 'y', type: 'float32', dims: [2] }] as const

  it('that are right are read', () => {
    expect(readReply(ran(place()), 64, { id: 1, request: run, outputs })).toMatchObject({ kind: 'ran' })
    const loaded = { id: 1, kind: 'loaded', info }
    expect(readReply(loaded, 0, { id: 1, request: load, outputs: [] })).toEqual({ kind: 'loaded', info })
  })

  it.each([
    ['a giant tensor', ran(place({ dims: [2 ** 30, 2 ** 30] })), 'outside the payload'],
    ['a tensor outside', ran(place({ offset: 4096 })), 'outside the payload'],
    ['a tensor that is not aligned', ran(place({ offset: 4 })), 'outside the payload'],
    ['a negative size', ran(place({ dims: [-2, -1] })), 'a size that is none'],
    ['another type', ran(place({ type: 'int32' })), 'other outputs'],
    ['another name', ran(place({ name: '__proto__' })), 'other outputs'],
    ['another shape', ran(place({ dims: [3] })), 'another shape'],
    ['another rank', ran(place({ dims: [1, 2] })), 'another shape'],
    ['no output', ran(), 'other outputs'],
    ['two outputs', ran(place(), place()), 'other outputs'],
    ['no time', { ...ran(place()), ms: '1' }, 'without a number'],
    ['no object', null, 'without what belongs'],
    ['an unknown kind', { id: 1, kind: 'eval', code: 'process.exit()' }, 'nobody asked for'],
    ['another kind', { id: 1, kind: 'loaded', info }, 'nobody asked for'],
    ['a payload for a failure', { id: 1, kind: 'failed' }, 'nobody asked for'],
    ['another question', { ...ran(place()), id: 0 }, 'nobody asked for'],
  ])('to a run with %s are refused', (_, header, words) => {
    const asked = { id: 1, request: run, outputs }
    expect(() => readReply(header, 16, asked)).toThrow(RangeError)
    expect(() => readReply(header, 16, asked)).toThrow(words)
  })

  it.each([
    ['no digest', { kind: 'loaded', info: { ...info, digest: '../../etc' } }, 'digest'],
    ['no inputs', { kind: 'loaded', info: { ...info, inputs: 'none' } }, 'without a list'],
    [
      'inputs of no type',
      { kind: 'loaded', info: { ...info, inputs: [{ name: 'x', type: 'text', dims: [] }] } },
      'no known type',
    ],
    ['odd progress', { kind: 'progress', progress: { status: 'ready', file: 'x' } }, 'no known kind'],
    [
      'an unknown failure',
      { kind: 'failed', failure: { code: 'aborted', field: 'x', message: 'y' } },
      'no known kind',
    ],
    ['what belongs to a run', { kind: 'ran', outputs: [], ms: 1 }, 'another kind'],
  ])('to a load with %s are refused', (_, header, words) => {
    const asked = { id: 1, request: load, outputs: [] }
    expect(() => readReply({ id: 1, ...header }, 0, asked)).toThrow(words)
  })
})

describe('messages of any kind', () => {
  const kinds = fc.constantFrom(
    'opened',
    'file',
    'progress',
    'loaded',
    'ran',
    'released',
    'failed',
    'open',
    'run',
    'load',
  )
  const message = fc.record(
    {
      kind: kinds,
      id: fc.constant(1),
      version: fc.anything(),
      outputs: fc.anything(),
      feeds: fc.array(
        fc.record({
          name: fc.string(),
          type: fc.constantFrom('float32', 'double'),
          dims: fc.array(fc.double()),
          offset: fc.double(),
        }),
      ),
      fetches: fc.anything(),
      info: fc.anything(),
      failure: fc.anything(),
      network: fc.anything(),
    },
    { requiredKeys: ['kind'] },
  )

  it('are read or refused with a RangeError', () => {
    const request = { kind: 'run', network: 'm', feeds: [], fetches: ['y'] } as const
    fc.assert(
      fc.property(fc.oneof(message, fc.anything()), fc.nat(2 ** 40), (header, bytes) => {
        for (const read of [
          () => readReply(header, bytes, { id: 1, request, outputs: [] }),
          () => readRequest(header, bytes),
        ])
          try {
            read()
          } catch (error) {
            expect(error).toBeInstanceOf(RangeError)
          }
      }),
    )
  })
})
