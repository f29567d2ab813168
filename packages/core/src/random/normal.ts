import { shown } from '../check/shown.ts'
import { invalidArgument } from '../errors.ts'
import { createRandom } from './random.ts'

const LN2_HIGH = 0.6931471803691238
const LN2_LOW = 1.9082149292705877e-10

/**
 * Natural logarithm from IEEE operations alone. `Math.log` may differ between engines in the
 * last bit; noise has to be the same bytes everywhere.
 *
 * `ln x = k ln 2 + ln(1 + f)`, `s = f / (2 + f)`, odd polynomial in s (fdlibm, e_log.c; error < 1 ulp).
 * Range: like `Math.log`; NaN for negative numbers, -Infinity for 0.
 */
export function portableLog(x: number): number {
  if (typeof x !== 'number') throw invalidArgument('x', `${shown(x)} is not a number`)
  if (!(x > 0 && x < Infinity)) return x === 0 ? -Infinity : x > 0 ? x : NaN
  let k = 0
  let m = x
  while (m >= Math.SQRT2) {
    m /= 2
    k++
  }
  while (m < Math.SQRT1_2) {
    m *= 2
    k--
  }
  const f = m - 1
  const s = f / (2 + f)
  const z = s * s
  const w = z * z
  const even = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373))
  const odd =
    z * (0.6666666666666735 + w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)))
  const r = even + odd
  const half = 0.5 * f * f
  return k * LN2_HIGH - (half - (s * (half + r) + k * LN2_LOW) - f)
}

/**
 * `out[i] ~ N(0, 1)`, the same bytes for the same seed on every platform and engine.
 *
 * Marsaglia's polar method on xoshiro128**: square roots and {@link portableLog} only. `seed` as for
 * {@link createRandom}. A shorter array holds the first values of a longer one.
 *
 * @throws FastFlowError `invalid-argument` for another kind of array or a seed that is not a whole number.
 */
export function fillNormal(out: Float32Array, seed: number): Float32Array {
  // The tag rather than `instanceof`, which fails across realms.
  if (out?.[Symbol.toStringTag] !== 'Float32Array')
    throw invalidArgument('out', `${shown(out)} is not a Float32Array; pass new Float32Array(n)`)
  const { next } = createRandom(seed)
  for (let i = 0; i < out.length; i += 2) {
    let u = 0
    let v = 0
    let s = 0
    do {
      u = 2 * next() - 1
      v = 2 * next() - 1
      s = u * u + v * v
    } while (s >= 1 || s === 0)
    const scale = Math.sqrt((-2 * portableLog(s)) / s)
    out[i] = u * scale
    if (i + 1 < out.length) out[i + 1] = v * scale
  }
  return out
}
