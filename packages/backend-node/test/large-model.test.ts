import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nodeBackend } from '../src/index.ts'
import { readModel } from '../src/read-model.ts'
import { loadRuntime } from '../src/runtime.ts'
import { createSession } from '../src/session.ts'
import { graph, model, node, types } from './support/onnx.ts'

// Models of 16 MiB and more that hold their weights themselves: onnxruntime reads their files.

const size = 2 ** 22
const weights = new Float32Array(size).map((_, k) => k % 7)

let folder = ''
let path = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fastflow-'))
  vi.stubEnv('FASTFLOW_CACHE', join(folder, 'cache'))
  path = join(folder, 'large.onnx')
  const value = (name: string) => ({ name, type: types.float32, dims: [size] })
  const body = graph({
    nodes: [node(1, { op: 'Mul', inputs: ['x', 'w'], outputs: ['y'] })],
    weights: [{ ...value('w'), data: new Uint8Array(weights.buffer) }],
    inputs: [value('x')],
    outputs: [value('y')],
  })
  await writeFile(path, model(body))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

describe('large models in one file', () => {
  it.each(['thread', 'process'] as const)('load and run, isolation %s', async (isolation) => {
    const opened = await nodeBackend({ isolation }).open(folder)
    const runner = await opened.load('large.onnx')
    const { outputs } = await runner.run({ x: { type: 'float32', dims: [size], data: weights } })
    await runner.dispose()
    expect(outputs.y?.data.length).toBe(size)
    expect(outputs.y?.data.every((value, k) => value === (k % 7) ** 2)).toBe(true)
  })

  it('are refused where they change between the check and the load', async () => {
    const request = { kind: 'load', source: path, file: 'large.onnx', threads: 1, spin: false } as const
    const read = () => readModel(path, 'large.onnx', () => {})
    const changed = await read()
    await utimes(path, 1, 1)
    const failure = { code: 'model-unreadable', field: 'large.onnx' }
    const refusal = { failure, message: expect.stringContaining('changed while it was loaded') }
    await expect(createSession(loadRuntime(), changed, request)).rejects.toMatchObject(refusal)
    const same = await read()
    await (await createSession(loadRuntime(), same, request)).release()
    // Its memory is given back before onnxruntime takes its own.
    expect(same.bytes.length).toBe(0)
  })
})
