import { fileURLToPath } from 'node:url'
import { nodeBackend } from '@fastflow/backend-node'
import { type Case, demoSubjects, takingTurns } from '@fastflow/bench'
import type { CalibrationOptions } from '@fastflow/pipelines'
import { loadPipeline } from '@fastflow/pipelines'
import { fixtures } from '@fastflow/testkit'
import { afterAll, expect, it } from 'vitest'

const pipe = await loadPipeline(fileURLToPath(new URL('models/words', fixtures)), { backend: nodeBackend() })
afterAll(() => pipe.dispose())

it('cases that say what is right take turns like any subject', async () => {
  const target = { width: 1, height: 1, data: new Uint8Array(3) }
  const cases: readonly Case[] = [{ subject: 'a' }, { subject: 'b', target, caption: 'the letter b' }]
  const turns = takingTurns(pipe, cases)
  const flow = await turns.prepareTurn(3, { seed: 7 })
  expect(flow.caption).toBe('b')
  expect(flow.noise).toEqual((await pipe.prepare('b', { seed: 7 })).noise)
})

it('a model whose name every object knows is shown with its own subjects', async () => {
  const asked = { most: 2, open: async () => undefined, signal: { aborted: false } }
  const own = await demoSubjects(pipe, asked)
  expect(await demoSubjects({ ...pipe, model: 'constructor' }, asked)).toEqual(own)
})

it('plans of turns are made on what the turns show', async () => {
  const asked: (CalibrationOptions | undefined)[] = []
  const settings = { budgets: [6], evaluations: 40 }
  const plan = await takingTurns(pipe, [{ subject: 'a' }, { subject: 'b' }]).calibrate(settings)
  expect(plan.toJSON()).toEqual((await pipe.calibrate({ ...settings, prompts: ['a', 'b'] })).toJSON())
  expect(plan.toJSON()).not.toEqual((await pipe.calibrate({ ...settings, prompts: ['c'] })).toJSON())
  const heard: typeof pipe = {
    ...pipe,
    async calibrate(options) {
      asked.push(options)
      return plan
    },
  }
  const image = { width: 1, height: 1, data: new Uint8Array(3) }
  const shared = [
    { subject: 'a', image },
    { subject: 'b', image },
  ]
  await takingTurns(heard, shared).calibrate()
  await takingTurns(heard, shared).calibrate({ prompts: ['d'] })
  await takingTurns(heard, shared).calibrate({ recorded: [] })
  await takingTurns({ ...heard, task: 'class-to-image' }, [{ subject: 0 }]).calibrate()
  expect(asked).toEqual([
    { prompts: ['a', 'b'], images: [image] },
    { prompts: ['d'], images: [image] },
    { recorded: [] },
    {},
  ])
})
