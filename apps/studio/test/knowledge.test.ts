import { type ModelFolder, memoryPolicyStore } from '@fastflow/core'
import { type Pipeline, planDigest } from '@fastflow/pipelines'
import { expect, test } from 'vitest'
import { readKnowledge } from '../src/engine/knowledge.ts'

const planKey = {
  model: 'm',
  schedule: { name: 's', sigmas: [1, 0] },
  guidance: 1,
  dims: [1],
  dtype: 'float32',
}
const policyKey = {
  model: 'm',
  sigmas: [1, 0],
  guidanceScale: 1,
  dims: [1],
  dtype: 'float32',
  extrapolator: 'e',
  policy: 'p',
}
const pipe = { planKey: () => planKey, policyKey: () => policyKey } as unknown as Pipeline

test('a store that cannot be read does not hide the plan that comes with the model', async () => {
  const path = `policies/${planDigest(planKey)}.json`
  const folder = {
    has: async (name: string) => name === path,
    read: async () => new TextEncoder().encode('{"plans":[]}'),
  } as unknown as ModelFolder
  const store = { ...memoryPolicyStore(), load: () => Promise.reject(new Error('corrupt')) }
  expect(await readKnowledge(pipe, store, folder, {})).toMatchObject({
    plan: { plans: [] },
    planSource: 'shipped',
    policy: undefined,
    curve: [],
  })
})
