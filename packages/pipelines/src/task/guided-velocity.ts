import { type Feeds, float32Space, type Tensor, type Term, type Velocity } from '@fastflow/core'
import type { Condition, Network } from './task-model.ts'

/** A velocity with what its evaluations cost. */
export interface MeteredVelocity {
  readonly velocity: Velocity<Float32Array>
  /** Network passes an evaluation makes, 1 or 2. */
  readonly passesPerEvaluation: number
  /** Milliseconds inside the network so far, copies and messages excluded. */
  modelMs(): number
}

export interface GuidedVelocityOptions {
  readonly network: Network
  /** Shape of one state, e.g. [3, 32, 32]. */
  readonly dims: readonly number[]
  readonly condition: Pick<Condition, 'feeds' | 'unconditional'>
  /** 1 where there is no unconditional pass. */
  readonly guidanceScale: number
}

/**
 * Velocity of a conditional network with classifier-free guidance: `v = v_0 + scale (v_c - v_0)`, v_c under the
 * condition and v_0 without it (or under a negative prompt), both passes in one batch.
 *
 * Where the call asks for it, the guidance term `(scale - 1) (v_c - v_0)` is handed back too, or v_c alone computed by
 * one pass. A pass whose weight is 0 is left out: at scale 1 the unconditional one, at scale 0 the conditional one. Feeds
 * and outputs are allocated once, so evaluations must not overlap. Cost: 2 network passes an evaluation, or 1.
 *
 * Reference: Ho and Salimans (2022), Classifier-Free Diffusion Guidance.
 */
export function guidedVelocity(options: GuidedVelocityOptions): MeteredVelocity {
  const { guidanceScale } = options
  const passes = guidancePasses(options)
  const both = openBatch(options, passes)
  let conditional: Batch | undefined
  let modelMs = 0
  return {
    passesPerEvaluation: passes.length,
    modelMs: () => modelMs,
    async velocity(x, sigma, { out, branch, guidance }) {
      if (branch === 'conditional' && passes.length === 2) {
        conditional ??= openBatch(options, [{ feeds: options.condition.feeds, weight: 1 }])
        modelMs += await conditional.run(out, x, sigma)
        return out
      }
      modelMs += await both.run(out, x, sigma)
      if (guidance !== undefined && passes.length === 2) {
        both.combine(guidance.out, [1 - guidanceScale, guidanceScale - 1])
        guidance.written = true
      }
      return out
    },
  }
}

interface Pass {
  readonly feeds: Feeds
  readonly weight: number
}

/** What to evaluate and the weights of the velocities, which sum to 1; the unconditional pass comes first. */
function guidancePasses({
  condition: { feeds, unconditional },
  guidanceScale,
}: GuidedVelocityOptions): readonly Pass[] {
  if (unconditional === undefined) return [{ feeds, weight: 1 }]
  const both = [
    { feeds: unconditional, weight: 1 - guidanceScale },
    { feeds, weight: guidanceScale },
  ]
  return both.filter(({ weight }) => weight !== 0)
}

/** Passes that are run together. */
interface Batch {
  /** Writes the sum of the weighted velocities. @returns milliseconds inside the network. */
  run(out: Float32Array, x: Float32Array, sigma: number): Promise<number>
  /** Another sum of the velocities of the last run. */
  combine(out: Float32Array, weights: readonly number[]): void
}

function openBatch({ network, dims }: GuidedVelocityOptions, passes: readonly Pass[]): Batch {
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
