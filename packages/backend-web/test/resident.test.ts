import {
  createRandom,
  fillNormal,
  linearSchedule,
  type ModelRunner,
  type ResidentRunner,
  sample,
  type Tensor,
  uniformSkip,
} from '@fastflow/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createModelRunner } from '../src/index.ts'

// Sampling with states that never leave the graphics card, on the transformer of the tiny text-to-image fixture.

const dims = [1, 3, 2, 2]
const prompt: Tensor = {
  type: 'float32',
  dims: [1, 8, 2],
  data: Float32Array.from({ length: 16 }, createRandom(1).next),
}
const mask: Tensor = { type: 'int64', dims: [1, 8], data: new BigInt64Array(8).fill(1n) }
const at = (sigma: number): Tensor => ({ type: 'float32', dims: [1], data: Float32Array.of(sigma) })
const noise = fillNormal(new Float32Array(12), 7)
const policy = uniformSkip(6)
const schedule = linearSchedule(12)

let runner: ModelRunner
beforeAll(async () => {
  const url = '/testkit/models/words/transformer/model.onnx'
  runner = await createModelRunner(url, { executionProviders: ['webgpu'] })
})
afterAll(() => runner.dispose())

const conditions = { encoder_hidden_states: prompt, encoder_attention_mask: mask }

describe('sampling on the graphics card', () => {
  it('gives what sampling in ordinary memory gives', async () => {
    const { space, upload, download, run } = runner.resident as ResidentRunner
    const x = upload(noise)
    const onCard = await sample({
      space,
      x,
      schedule,
      policy,
      velocity: async (state, sigma, { out }) => {
        const feeds = { hidden_states: { vector: state, dims }, timestep: at(sigma), ...conditions }
        await run(feeds, { velocity: { vector: out, dims } })
        return out
      },
    })
    const inMemory = await sample({
      x: noise,
      schedule,
      policy,
      velocity: async (state, sigma, { out }) => {
        const hidden_states: Tensor = { type: 'float32', dims, data: state }
        const velocity: Tensor = { type: 'float32', dims, data: out }
        await runner.run({ hidden_states, timestep: at(sigma), ...conditions }, { into: { velocity } })
        return out
      },
    })
    expect(onCard.status.kind).toBe('completed')
    expect(onCard.stats.decisions).toBe(inMemory.stats.decisions)
    const image = await download(onCard.x)
    const differences = image.map((value, k) => Math.abs(value - inMemory.x[k]!))
    expect(Math.max(...differences)).toBeLessThan(1e-5)
    expect(Math.max(...image.map(Math.abs))).toBeGreaterThan(0.01)
    space.release(x)
    space.release(onCard.x)
  })

  it('measures what learning policies ask for there', async () => {
    const { space, upload, run } = runner.resident as ResidentRunner
    const { stats } = await sample({
      space,
      x: upload(noise),
      schedule,
      policy: { ...policy, needs: ['mismatch', 'relativeChange', 'velocityProducts'] },
      velocity: async (state, sigma, { out }) => {
        const feeds = { hidden_states: { vector: state, dims }, timestep: at(sigma), ...conditions }
        await run(feeds, { velocity: { vector: out, dims } })
        return out
      },
    })
    expect(stats.mismatches).toHaveLength(stats.nfe - 1)
    expect(stats.mismatches.every(Number.isFinite)).toBe(true)
  })

  it.each([
    ['a vector of another size', { vector: 5, dims: [1, 3, 2, 2] }, '12 elements, data 5'],
    ['a shape the model does not take', { vector: 12, dims: [1, 3, 4, 1] }, '[1, 3, 4, 1]'],
  ])('refuses %s', async (_, { vector: length, dims: shape }, words) => {
    const { upload, run } = runner.resident as ResidentRunner
    const vector = upload(new Float32Array(length))
    const out = upload(new Float32Array(12))
    const feeds = { hidden_states: { vector, dims: shape }, timestep: at(1), ...conditions }
    const refusal = {
      code: 'model-mismatch',
      field: 'hidden_states',
      message: expect.stringContaining(words),
    }
    await expect(run(feeds, { velocity: { vector: out, dims } })).rejects.toMatchObject(refusal)
  })
})
