import { float32Space, type ModelRunner, type Tensor, type Velocity } from '@fastflow/core'

/** A velocity with what its evaluations cost. */
export interface MeteredVelocity {
  readonly velocity: Velocity<Float32Array>
  /** Network passes an evaluation makes, 1 or 2. */
  readonly passesPerEvaluation: number
  /** Milliseconds inside the network so far, copies and messages excluded. */
  modelMs(): number
}

export interface GuidedVelocityOptions {
  readonly runner: ModelRunner
  /** Shape of one sample, e.g. [3, 32, 32]. */
  readonly dims: readonly number[]
  readonly label: number
  /** Class id of the unconditional pass; needed unless the scale is 1. */
  readonly nullClass: number | undefined
  readonly guidanceScale: number
}

/**
 * Velocity of a class-conditional network with classifier-free guidance:
 * `v = v_null + scale (v_label - v_null)`, both passes in one batch.
 *
 * A pass whose weight is 0 is left out: at scale 1 the unconditional one, at scale 0 the conditional one. Feeds and
 * outputs are allocated once, so evaluations must not overlap. Cost: 2 network passes an evaluation, or 1.
 *
 * Reference: Ho and Salimans (2022), Classifier-Free Diffusion Guidance.
 */
export function guidedVelocity(options: GuidedVelocityOptions): MeteredVelocity {
  const { runner, dims } = options
  const passes = guidancePasses(options)
  const batch = passes.length
  const size = dims.reduce((product, n) => product * n, 1)
  const samples = new Float32Array(batch * size)
  const sigmas = new Float32Array(batch)
  const results = new Float32Array(batch * size)
  const feeds = {
    sample: float32Tensor([batch, ...dims], samples),
    timestep: float32Tensor([batch], sigmas),
    class_labels: {
      type: 'int64',
      dims: [batch],
      data: BigInt64Array.from(passes, ({ label }) => BigInt(label)),
    } satisfies Tensor,
  }
  const run = { fetches: ['velocity'], into: { velocity: float32Tensor([batch, ...dims], results) } }
  const terms = passes.map(({ weight }, pass) => ({
    weight,
    vector: results.subarray(pass * size, (pass + 1) * size),
  }))
  let modelMs = 0
  return {
    passesPerEvaluation: batch,
    modelMs: () => modelMs,
    async velocity(x, sigma, { out }) {
      for (let pass = 0; pass < batch; pass++) samples.set(x, pass * size)
      sigmas.fill(sigma)
      const { timing } = await runner.run(feeds, run)
      modelMs += timing.ms
      float32Space.linearCombination(out, terms)
      return out
    },
  }
}

/** The classes to evaluate and the weights of their velocities, which sum to 1. */
function guidancePasses({
  label,
  nullClass,
  guidanceScale,
}: GuidedVelocityOptions): readonly { readonly label: number; readonly weight: number }[] {
  const conditional = { label, weight: guidanceScale }
  if (nullClass === undefined) return [conditional]
  return [{ label: nullClass, weight: 1 - guidanceScale }, conditional].filter(({ weight }) => weight !== 0)
}

function float32Tensor(dims: readonly number[], data: Float32Array): Tensor {
  return { type: 'float32', dims, data }
}
