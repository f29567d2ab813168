import { fileURLToPath } from 'node:url'
import { nodeBackend } from '@fastflow/backend-node'
import { type Case, demoSubjects, takingTurns } from '@fastflow/bench'
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
