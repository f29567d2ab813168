import { checkNumber, checkWhole } from '@fastflow/core/backend'
import type { Join } from './network-passes.ts'

/** `v_0 + scale (v_c - v_0)`, both passes joined as guidance does, written to `out`. */
function guide(
  out: Float32Array,
  conditional: Float32Array,
  unconditional: Float32Array,
  scale: number,
): void {
  for (let k = 0; k < out.length; k++)
    out[k] = unconditional[k]! + scale * (conditional[k]! - unconditional[k]!)
}

function norm(values: Float32Array, from: number, to: number): number {
  let sum = 0
  for (let k = from; k < to; k++) sum += values[k]! ** 2
  return Math.sqrt(sum)
}

/** The guided velocity with every run of `length` numbers brought to the norm of the conditional one's. @throws FastFlowError `invalid-argument`. */
export function rowNorms(length: number): Join {
  checkWhole('length', length, 1)
  return (out, conditional, unconditional, scale) => {
    guide(out, conditional, unconditional, scale)
    for (let from = 0; from < out.length; from += length) {
      const factor = norm(conditional, from, from + length) / norm(out, from, from + length)
      for (let k = from; k < from + length; k++) out[k] = out[k]! * factor
    }
  }
}

/** The guided velocity, its norm at most that of the conditional one. */
export const normAtMost: Join = (out, conditional, unconditional, scale) => {
  guide(out, conditional, unconditional, scale)
  const most = norm(conditional, 0, conditional.length)
  const own = norm(out, 0, out.length)
  if (own > most) for (let k = 0; k < out.length; k++) out[k] = out[k]! * (most / own)
}

/**
 * A share of the guided velocity brought to the standard deviation of the conditional one. Reference: Lin et al. (2024), Common
 * Diffusion Noise Schedules and Sample Steps are Flawed, section 3.4.
 *
 * @param share 0 to 1.
 * @throws FastFlowError `invalid-argument`.
 */
export function rescaled(share: number): Join {
  checkNumber('share', share, 0, 1)
  return (out, conditional, unconditional, scale) => {
    guide(out, conditional, unconditional, scale)
    const factor = share * (deviation(conditional) / deviation(out)) + 1 - share
    for (let k = 0; k < out.length; k++) out[k] = out[k]! * factor
  }
}

function deviation(values: Float32Array): number {
  let sum = 0
  for (const value of values) sum += value
  const mean = sum / values.length
  let squares = 0
  for (const value of values) squares += (value - mean) ** 2
  return Math.sqrt(squares / (values.length - 1))
}
