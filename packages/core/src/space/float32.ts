import { shown } from '../check/shown.ts'
import { invalidArgument } from '../errors.ts'
import type { Term, VectorSpace } from './vector-space.ts'

/** @throws FastFlowError `invalid-argument` for a vector of another space. */
export function checkFloats(x: Float32Array): Float32Array {
  // The tag rather than `instanceof`, which fails across realms.
  if (x?.[Symbol.toStringTag] === 'Float32Array') return x
  throw invalidArgument('x', `${shown(x)} is not a Float32Array, as the vectors of this space are`)
}

/** The reference space: latents as Float32Array, reductions in float64. */
export const float32Space: VectorSpace<Float32Array> = {
  version: 1,
  name: 'float32',
  allocate: (like) => new Float32Array(checkFloats(like).length),
  clone: (x) => checkFloats(x).slice(),
  release: () => {},
  linearCombination,
  dot,
  meanSquaredDifference,
  isFinite: everyFinite,
}

// Elements are combined in float64 and rounded once, term by term within an element, so that
// `out` may be any of the vectors and the result does not depend on how terms are grouped.
function linearCombination(out: Float32Array, terms: readonly Term<Float32Array>[]): void {
  for (let i = 0; i < terms.length; i++) {
    const { length } = terms[i]!.vector
    if (length !== out.length)
      throw invalidArgument('vector', `has ${length} values, the state ${out.length}`)
  }
  const [first, second, third] = terms
  if (first === undefined) out.fill(0)
  else if (second === undefined) combine1(out, first)
  else if (third === undefined) combine2(out, first, second)
  else if (terms.length === 3) combine3(out, first, second, third)
  else combineMany(out, terms)
}

function combine1(out: Float32Array, { weight, vector }: Term<Float32Array>): void {
  for (let k = 0; k < out.length; k++) out[k] = weight * vector[k]!
}

function combine2(out: Float32Array, first: Term<Float32Array>, second: Term<Float32Array>): void {
  const { weight: p, vector: a } = first
  const { weight: q, vector: b } = second
  for (let k = 0; k < out.length; k++) out[k] = p * a[k]! + q * b[k]!
}

function combine3(
  out: Float32Array,
  first: Term<Float32Array>,
  second: Term<Float32Array>,
  third: Term<Float32Array>,
): void {
  const { weight: p, vector: a } = first
  const { weight: q, vector: b } = second
  const { weight: r, vector: c } = third
  for (let k = 0; k < out.length; k++) out[k] = p * a[k]! + q * b[k]! + r * c[k]!
}

function combineMany(out: Float32Array, terms: readonly Term<Float32Array>[]): void {
  for (let k = 0; k < out.length; k++) {
    let sum = 0
    for (let i = 0; i < terms.length; i++) sum += terms[i]!.weight * terms[i]!.vector[k]!
    out[k] = sum
  }
}

/** @throws FastFlowError `invalid-argument` for vectors of different sizes. */
export function checkSizes(a: Float32Array, b: Float32Array): void {
  if (a.length !== b.length) throw invalidArgument('vector', `has ${b.length} values, the other ${a.length}`)
}

function dot(a: Float32Array, b: Float32Array): number {
  checkSizes(a, b)
  // Four accumulators keep the additions independent, which more than halves the time.
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  const whole = a.length - (a.length % 4)
  for (let k = 0; k < whole; k += 4) {
    s0 += a[k]! * b[k]!
    s1 += a[k + 1]! * b[k + 1]!
    s2 += a[k + 2]! * b[k + 2]!
    s3 += a[k + 3]! * b[k + 3]!
  }
  for (let k = whole; k < a.length; k++) s0 += a[k]! * b[k]!
  return s0 + s1 + s2 + s3
}

function meanSquaredDifference(a: Float32Array, b: Float32Array): number {
  checkSizes(a, b)
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  const whole = a.length - (a.length % 4)
  for (let k = 0; k < whole; k += 4) {
    const d0 = a[k]! - b[k]!
    const d1 = a[k + 1]! - b[k + 1]!
    const d2 = a[k + 2]! - b[k + 2]!
    const d3 = a[k + 3]! - b[k + 3]!
    s0 += d0 * d0
    s1 += d1 * d1
    s2 += d2 * d2
    s3 += d3 * d3
  }
  for (let k = whole; k < a.length; k++) s0 += (a[k]! - b[k]!) ** 2
  return (s0 + s1 + s2 + s3) / a.length
}

function everyFinite(x: Float32Array): boolean {
  // x - x is 0 for finite x and NaN otherwise: one sum tells, without a branch per element.
  let sum = 0
  for (let k = 0; k < x.length; k++) sum += x[k]! - x[k]!
  return sum === 0
}
