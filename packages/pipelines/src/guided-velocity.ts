import { float32Space, type ModelRunner, type Tensor, type Term, type Velocity } from '@fastflow/core'

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
  /** Class id of the unconditional pass. */
  readonly nullClass: number
  /** 1 runs the conditional pass alone. */
  readonly guidanceScale: number
}

/**
 * Velocity of a class-conditional network with classifier-free guidance:
 * `v = v_null + scale (v_label - v_null)`, both passes in one batch.
 *
 * Feeds and outputs are allocated once. Cost: 1 network pass an evaluation at scale 1, else 2.
 * Reference: Ho and Salimans (2022), Classifier-Free Diffusion Guidance.
 */
export function guidedVelocity(options: GuidedVelocityOptions): MeteredVelocity {
  const { runner, dims, label, nullClass, guidanceScale } = options
  const guided = guidanceScale !== 1
  const batch = guided ? 2 : 1
  const size = dims.reduce((product, n) => product * n, 1)
  const samples = new Float32Array(batch * size)
  const sigmas = new Float32Array(batch)
  const output = float32Tensor([batch, ...dims], new Float32Array(batch * size))
  const classes = BigInt64Array.from(guided ? [BigInt(nullClass), BigInt(label)] : [BigInt(label)])
  const feeds = {
    sample: float32Tensor([batch, ...dims], samples),
    timestep: float32Tensor([batch], sigmas),
    class_labels: { type: 'int64', dims: [batch], data: classes } satisfies Tensor,
  }
  const run = { fetches: ['velocity'], into: { velocity: output } }
  const passes: Term<Float32Array>[] = guided
    ? [
        { weight: 1 - guidanceScale, vector: (output.data as Float32Array).subarray(0, size) },
        { weight: guidanceScale, vector: (output.data as Float32Array).subarray(size) },
      ]
    : [{ weight: 1, vector: output.data as Float32Array }]
  let modelMs = 0
  return {
    passesPerEvaluation: batch,
    modelMs: () => modelMs,
    async velocity(x, sigma, { out }) {
      for (let pass = 0; pass < batch; pass++) samples.set(x, pass * size)
      sigmas.fill(sigma)
      const { timing } = await runner.run(feeds, run)
      modelMs += timing.ms
      float32Space.linearCombination(out, passes)
      return out
    },
  }
}

function float32Tensor(dims: readonly number[], data: Float32Array): Tensor {
  return { type: 'float32', dims, data }
}
