import type { Velocity } from '@fastflow/core'
import type { AnalyticVelocity } from './reals.ts'

export interface GuidedFlowOptions {
  /** Velocity under the condition, and without it. */
  readonly conditional: AnalyticVelocity
  readonly unconditional: AnalyticVelocity
  readonly guidanceScale: number
}

/** A guided velocity that counts its network passes. */
export interface GuidedFlow {
  readonly velocity: Velocity<Float32Array>
  /** Network passes so far. */
  readonly passes: number
}

/**
 * Classifier-free guidance over two closed-form flows, `v = c + (scale - 1) (c - u)`; hands back the guidance term, or c
 * alone, as the call asks.
 */
export function guidedFlow({ conditional, unconditional, guidanceScale }: GuidedFlowOptions): GuidedFlow {
  let passes = 0
  return {
    velocity(x, sigma, { out, branch, guidance }) {
      conditional(x, sigma, { out })
      passes++
      if (branch === 'conditional') return out
      const other = unconditional(x, sigma, { out: new Float32Array(x.length) })
      passes++
      for (let k = 0; k < x.length; k++) {
        const term = (guidanceScale - 1) * (out[k]! - other[k]!)
        if (guidance !== undefined) guidance.out[k] = term
        out[k] = out[k]! + term
      }
      if (guidance !== undefined) guidance.written = true
      return out
    },
    get passes() {
      return passes
    },
  }
}
