import { type Accelerate, loadPipeline } from '@fastflow/pipelines'
import { expect, it } from 'vitest'
import { commands } from 'vitest/browser'
import { webBackend } from '../src/index.ts'
import type { Generation } from './support/generate.ts'
import { generate } from './support/generate.ts'

declare module 'vitest/browser' {
  interface BrowserCommands {
    /** The same generation in Node, with onnxruntime-node. */
    generateInNode(model: string, request: Generation): Promise<number[]>
  }
}

const plan: Accelerate = { method: 'plan', nfe: 12 }
const generations: readonly (readonly [string, Generation])[] = [
  ['cifar10', { subject: 'cat', seed: 7, accelerate: plan }],
  ['emoji', { subject: 'a red fox, 3d', seed: 7, accelerate: plan }],
  ['emoji-edit', { subject: 'make it flat', seed: 7, accelerate: plan }],
  ['emoji', { subject: 'a red fox, 3d', seed: 8, accelerate: 'off', numSteps: 9 }],
]

it.each(generations)('%s: the image of a seed and a policy is that of Node', async (model, generation) => {
  const pipe = await loadPipeline(`/models/${model}`, { backend: webBackend() })
  const [here, inNode] = await Promise.all([
    generate(pipe, generation),
    commands.generateInNode(model, generation),
  ])
  await pipe.dispose()
  expect(here.length).toBe(3 * pipe.size ** 2)
  expect(here.length).toBe(inNode.length)
  const differences = here.map((value, k) => Math.abs(value - inNode[k]!))
  expect(Math.max(...differences)).toBeLessThan(1e-3)
  // A blank picture would agree, too.
  expect(Math.max(...here) - Math.min(...here)).toBeGreaterThan(0.5)
})
