import { describeVectorSpace } from '@fastflow/testkit'
import { afterAll, describe, expect, it } from 'vitest'
import type { GpuVector } from '../src/gpu-vectors.ts'
import { createPool } from '../src/pool.ts'

// Here and not in a hook: suites are made while the file is read.
const lease = await createPool({ executionProviders: ['webgpu'] }).acquire()
afterAll(() => lease.release())
const { space, upload, download } = lease.host.vectors!

describeVectorSpace('WebGPU', space, {
  from: (values) => upload(Float32Array.from(values)),
  read: download,
})

describe('vectors on the graphics card', () => {
  const vector = (...values: number[]): GpuVector => upload(Float32Array.from(values))

  it('are summed exactly, where float64 would round', async () => {
    const ones = vector(1, 1, 1, 1)
    expect(await space.dot(vector(2 ** 60, 1, -(2 ** 60), 2 ** -20), ones)).toBe(1 + 2 ** -20)
    expect(await space.dot(vector(2 ** -149, 0, 0, 0), vector(2 ** -149, 0, 0, 0))).toBe(2 ** -298)
    expect(await space.meanSquaredDifference(vector(1e8, 3), vector(1e8, 1))).toBe(2)
  })

  it('give NaN where one of them holds what is not finite', async () => {
    expect(await space.dot(vector(1, Number.NaN), vector(1, 1))).toBeNaN()
    expect(await space.meanSquaredDifference(vector(1, Number.POSITIVE_INFINITY), vector(1, 1))).toBeNaN()
  })

  it('are combined in any number', async () => {
    const terms = Array.from({ length: 20 }, (_, n) => ({ weight: 2 ** n, vector: vector(1, n) }))
    const out = terms[3]!.vector
    space.linearCombination(out, terms)
    const expected = terms.reduce((sum, _, n) => sum + n * 2 ** n, 0)
    expect([...(await download(out))]).toEqual([2 ** 20 - 1, expected])
  })

  it('of other sizes are refused', async () => {
    await expect(space.dot(vector(1, 2), vector(1))).rejects.toMatchObject({ code: 'invalid-argument' })
  })
})
