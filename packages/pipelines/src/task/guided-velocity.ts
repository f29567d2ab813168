import {
  type Feeds,
  type GuidanceInterval,
  guidanceActs,
  type PassCount,
  type Velocity,
} from '@fastflow/core'
import type { Pass, Passes, PassRunner } from './passes.ts'

/** A velocity with what its evaluations cost. */
export interface MeteredVelocity<T> {
  readonly velocity: Velocity<T>
  /** Network passes an evaluation makes, 1 or 2; a function of sigma where guidance has an interval. */
  readonly passesPerEvaluation: PassCount
  /** Milliseconds inside the network so far, copies and messages excluded. */
  modelMs(): number
}

export interface GuidedVelocityOptions<T> {
  readonly runner: PassRunner<T>
  readonly condition: { readonly feeds: Feeds; readonly unconditional: Feeds | undefined }
  /** 1 where there is no unconditional pass. */
  readonly guidanceScale: number
  /** Lowest and highest sigma at which guidance acts; undefined for all of them. */
  readonly guidanceInterval?: GuidanceInterval | undefined
}

/**
 * Velocity of a conditional network with classifier-free guidance: `v = v_0 + scale (v_c - v_0)`, v_c under the
 * condition and v_0 without it (or under a negative prompt).
 *
 * Where the call asks for it, the guidance term `(scale - 1) (v_c - v_0)` is handed back too, or v_c alone computed by
 * one pass. A pass whose weight is 0 is left out: at scale 1 the unconditional one, at scale 0 the conditional one.
 * Outside the interval, where there is one, the velocity is v_c by one pass; guidance terms are not handed back then.
 * Memory is allocated once, so evaluations must not overlap. Cost: 2 network passes an evaluation, or 1.
 *
 * References: Ho and Salimans (2022), Classifier-Free Diffusion Guidance; for intervals Kynkäänniemi et al. (2024),
 * Applying Guidance in a Limited Interval Improves Sample and Distribution Quality in Diffusion Models.
 */
export function guidedVelocity<T>(options: GuidedVelocityOptions<T>): MeteredVelocity<T> {
  const { runner, condition, guidanceScale, guidanceInterval } = options
  const passes = guidancePasses(options)
  const both = runner.open(passes)
  const acts = (sigma: number): boolean => guidanceActs(guidanceInterval, sigma)
  let conditional: Passes<T> | undefined
  let modelMs = 0
  return {
    passesPerEvaluation: guidanceInterval ? (sigma) => (acts(sigma) ? passes.length : 1) : passes.length,
    modelMs: () => modelMs,
    async velocity(x, sigma, { out, branch, guidance, signal }) {
      if (!acts(sigma) || (branch === 'conditional' && passes.length === 2)) {
        conditional ??= runner.open([{ feeds: condition.feeds, weight: 1 }])
        modelMs += await conditional.run(out, x, sigma, signal)
        return out
      }
      modelMs += await both.run(out, x, sigma, signal)
      if (guidance !== undefined && passes.length === 2 && guidanceInterval === undefined) {
        if (!signal?.aborted) both.combine(guidance.out, [1 - guidanceScale, guidanceScale - 1])
        guidance.written = true
      }
      return out
    },
  }
}

/** What to evaluate and the weights of the velocities, which sum to 1; the unconditional pass comes first. */
function guidancePasses<T>({
  condition: { feeds, unconditional },
  guidanceScale,
}: GuidedVelocityOptions<T>): readonly Pass[] {
  if (unconditional === undefined) return [{ feeds, weight: 1 }]
  const both = [
    { feeds: unconditional, weight: 1 - guidanceScale },
    { feeds, weight: guidanceScale },
  ]
  return both.filter(({ weight }) => weight !== 0)
}
