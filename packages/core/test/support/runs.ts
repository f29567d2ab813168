import { createRandom, fillNormal, type Schedule, type Velocity } from '@fastflow/core'
import { gaussianFlow, mixtureFlow } from '@fastflow/testkit'

export const gaussian = gaussianFlow({ mean: [1.5, -0.5], std: 0.6 })

export const mixture = mixtureFlow({
  weights: [0.5, 0.3, 0.2],
  means: [
    [1.2, 0.3],
    [-0.8, 1.0],
    [0.2, -1.4],
  ],
  std: 0.7,
})

/** Unit Gaussian noise for the flows above. */
export function noise(seed: number, length = 2): Float32Array {
  return fillNormal(new Float32Array(length), seed)
}

/** Euler by hand, with the same rounding as the float32 space. */
export async function eulerByHand(
  velocity: Velocity<Float32Array>,
  { sigmas }: Schedule,
  x: Float32Array,
): Promise<Float32Array> {
  const state = x.slice()
  const out = new Float32Array(x.length)
  for (let k = 0; k + 1 < sigmas.length; k++) {
    const h = sigmas[k + 1]! - sigmas[k]!
    const v = await velocity(state, sigmas[k]!, { index: k, branch: 'both', signal: undefined, out })
    for (let i = 0; i < x.length; i++) state[i] = state[i]! + h * v[i]!
  }
  return state
}

/** Velocity that depends on sigma alone: the polynomial with these coefficients, scaled by element. */
export function polynomialVelocity(coefficients: readonly number[]): Velocity<Float64Array> {
  return (x, sigma, { out }) => {
    const value = coefficients.reduceRight((sum, coefficient) => sum * sigma + coefficient, 0)
    for (let k = 0; k < x.length; k++) out[k] = (k + 1) * value
    return out
  }
}

export function seeded(seed: number): () => number {
  return createRandom(seed).next
}
