import { policyDigest } from '@fastflow/pipelines'
import { describe, expect, it } from 'vitest'
import { failure } from './support/failure.ts'
import { fakePipeline, recordingStore } from './support/fake-pipeline.ts'

async function shipped() {
  const { pipe } = await fakePipeline()
  const { policy } = await pipe.generate('ant', { count: 10, accelerate: 'paper' })
  return { policy: policy!, path: `policies/${policyDigest(pipe.policyKey())}.json` }
}

describe('a policy in the folder of the model', () => {
  it('is where learning starts; the folder is only read', async () => {
    const { policy, path } = await shipped()
    const store = recordingStore(false)
    const { pipe } = await fakePipeline({ files: { [path]: JSON.stringify(policy) } }, store)
    const result = await pipe.generate('ant', { seed: 10, accelerate: 'paper' })
    expect(result.policy?.state.generations).toBe(11)
    expect(result.items[0]?.stats.nfe).toBeLessThan(20)
    expect(result.notes).toEqual([])
    expect(store.documents.size).toBe(1)
  })

  it('gives way to what was learned on top of it', async () => {
    const { policy, path } = await shipped()
    const { pipe } = await fakePipeline({ files: { [path]: JSON.stringify(policy) } })
    await pipe.generate('ant', { seed: 10, accelerate: 'paper' })
    const { policy: later } = await pipe.generate('ant', { seed: 11, accelerate: 'paper' })
    expect(later?.state.generations).toBe(12)
  })

  it('serves without learning', async () => {
    const { policy, path } = await shipped()
    const { pipe, store } = await fakePipeline({ files: { [path]: JSON.stringify(policy) } })
    const accelerate = { method: 'paper', learn: false } as const
    const first = await pipe.generate('ant', { seed: 10, accelerate })
    expect(first.policy).toEqual(policy)
    expect(await pipe.generate('ant', { seed: 10, accelerate })).toEqual(first)
    expect(store.saves).toEqual([])
  })

  it('is passed over by other settings and by a fresh start', async () => {
    const { policy, path } = await shipped()
    const { pipe } = await fakePipeline({ files: { [path]: JSON.stringify(policy) } })
    const other = await pipe.generate('ant', { guidanceScale: 2, accelerate: 'paper' })
    const fresh = await pipe.generate('ant', { accelerate: { method: 'paper', fresh: true } })
    expect([other, fresh].map((result) => result.policy?.state.generations)).toEqual([1, 1])
  })

  it.each([
    ['{"format":', 'policy-unreadable', /is not valid JSON/],
    ['{}', 'policy-unreadable', /format is not a FastFlow policy document/],
  ])('that is damaged is named: %s', async (text, code, problem) => {
    const { path } = await shipped()
    const { pipe, backend } = await fakePipeline({ files: { [path]: text } })
    const error = await failure(() => pipe.generate('ant', { accelerate: 'paper' }))
    expect(error.code).toBe(code)
    expect(error.message).toMatch(problem)
    expect(error.message).toContain(`models/fake/${path}`)
    expect(backend.calls).toHaveLength(0)
    // Neither the full run nor a fresh start needs it.
    await pipe.generate('ant')
    await pipe.generate('ant', { accelerate: { method: 'paper', fresh: true } })
  })

  it('of another model under its name is refused', async () => {
    const { policy, path } = await shipped()
    const foreign = { ...policy, key: { ...policy.key, model: 'another' } }
    const { pipe } = await fakePipeline({ files: { [path]: JSON.stringify(foreign) } })
    const error = await failure(() => pipe.generate('ant', { accelerate: 'paper' }))
    expect(error).toMatchObject({ code: 'policy-mismatch', field: 'policy.key.model' })
  })
})
