import { fileURLToPath } from 'node:url'
import { nodeBackend } from '@fastflow/backend-node'
import { loadPipeline } from '@fastflow/pipelines'
import { expect, it } from 'vitest'

it('a network in float16 that overflows is told of with step, noise level and what to do', async () => {
  const folder = fileURLToPath(new URL('fixtures/families/sd3-fp16/pipeline', import.meta.url))
  const pipe = await loadPipeline(folder, { backend: nodeBackend({ threads: 1 }) })
  const options = { width: 32, height: 32, numSteps: 2, maxSequenceLength: 8 }
  const { noise, schedule } = await pipe.prepare('a cat', options)
  // Within float16, but not the sums that its first layer makes of it.
  const latents = noise.map(() => 65_000)
  await expect(pipe.generate('a cat', { ...options, latents, accelerate: 'off' })).rejects.toMatchObject({
    code: 'non-finite-velocity',
    field: 'velocity',
    message: expect.stringMatching(
      new RegExp(`step 0 \\(sigma ${schedule.sigmas[0]}\\).*float16 overflows.*mixed precision`),
    ),
  })
  await pipe.dispose()
})
