import { type Feeds, float32Space, type Tensor, type Term } from '@fastflow/core'
import type { Network, Pass, Passes, PassRunner } from './passes.ts'

/** States in ordinary memory: all passes of an evaluation in one batch. Feeds and outputs are allocated once. */
export function batchedPasses(network: Network, dims: readonly number[]): PassRunner<Float32Array> {
  return { open: (passes) => openBatch(network, dims, passes), release: () => {} }
}

function openBatch(network: Network, dims: readonly number[], passes: readonly Pass[]): Passes<Float32Array> {
  const batch = passes.length
  const size = dims.reduce((product, n) => product * n, 1)
  const states = new Float32Array(batch * size)
  const sigmas = new Float32Array(batch)
  const results = new Float32Array(batch * size)
  const feeds: Feeds = {
    ...stackFeeds(passes.map((pass) => pass.feeds)),
    [network.state]: float32Tensor([batch, ...dims], states),
    timestep: float32Tensor([batch], sigmas),
  }
  const run = { fetches: ['velocity'], into: { velocity: float32Tensor([batch, ...dims], results) } }
  const velocities = passes.map((_, pass) => results.subarray(pass * size, (pass + 1) * size))
  const termsOf = (weights: readonly number[]): Term<Float32Array>[] =>
    velocities.map((vector, pass) => ({ weight: weights[pass]!, vector }))
  const terms = termsOf(passes.map(({ weight }) => weight))
  return {
    async run(out, x, sigma) {
      for (let pass = 0; pass < batch; pass++) states.set(x, pass * size)
      sigmas.fill(sigma)
      const { timing } = await network.runner.run(feeds, run)
      float32Space.linearCombination(out, terms)
      return timing.ms
    },
    combine: (out, weights) => float32Space.linearCombination(out, termsOf(weights)),
  }
}

/** The feeds of several passes behind each other along the batch. */
function stackFeeds(passes: readonly Feeds[]): Record<string, Tensor> {
  const names = Object.keys(passes[0] ?? {})
  return Object.fromEntries(names.map((name) => [name, stack(passes.map((feeds) => feeds[name]!))]))
}

function stack(tensors: readonly Tensor[]): Tensor {
  const { type, dims, data } = tensors[0]!
  const Data = data.constructor as new (length: number) => typeof data
  const all = new Data(tensors.length * data.length)
  for (const [pass, one] of tensors.entries()) all.set(one.data as never, pass * data.length)
  return { type, dims: [tensors.length, ...dims.slice(1)], data: all }
}

function float32Tensor(dims: readonly number[], data: Float32Array): Tensor {
  return { type: 'float32', dims, data }
}
