import { shown } from '../check/shown.ts'
import { isSequence } from '../check/values.ts'
import { invalidArgument } from '../errors.ts'

/** All 65,536 values in float32, 256 KB; made by the first call that reads float16. */
let table: Float32Array | undefined

/** One float64 and its halves: exponents are read from the upper one (little-endian, as every platform of JavaScript). */
const real = new Float64Array(1)
const halves = new Uint32Array(real.buffer)

/** Powers of two that make the last place of a float16 with exponent -14 + k the unit. */
const perUnit = Float64Array.from({ length: 30 }, (_, k) => 2 ** (24 - k))

/** Adding and taking away 2^52 rounds a float64 below it to a whole number, ties to even. */
const rounder = 2 ** 52

/** Halfway between the largest float16, 65,504, and the next that there would be. */
const overflow = 65_520

/**
 * The bits of numbers in float16 (IEEE 754 binary16), rounded once, to the nearest, ties to even: subnormals below 2^-14,
 * infinity from 65,520 on, NaN as 0x7e00.
 *
 * Cost: a few nanoseconds a number; allocates nothing but the result, and that not where `out` is given.
 *
 * @param values numbers of any precision.
 * @param out as long as `values`; written and returned.
 * @throws FastFlowError `invalid-argument`.
 */
export function toFloat16(
  values: ArrayLike<number>,
  out: Uint16Array = new Uint16Array(lengthOf('values', values)),
): Uint16Array {
  checkLength(values, out, Uint16Array)
  for (let k = 0; k < values.length; k++) out[k] = bitsOf(values[k]!)
  return out
}

/**
 * The numbers that bits of float16 stand for; exact.
 *
 * Cost: one look into a table of 256 KB a number; allocates nothing but the result, and that not where `out` is given.
 *
 * @param out as long as `bits`; written and returned.
 * @throws FastFlowError `invalid-argument`.
 */
export function fromFloat16(
  bits: Uint16Array,
  out: Float32Array = new Float32Array(lengthOf('bits', bits)),
): Float32Array {
  if (!(bits instanceof Uint16Array)) throw invalidArgument('bits', `${shown(bits)} is not a Uint16Array`)
  checkLength(bits, out, Float32Array)
  table ??= Float32Array.from({ length: 65_536 }, (_, k) => numberOf(k))
  for (let k = 0; k < bits.length; k++) out[k] = table[bits[k]!]!
  return out
}

function bitsOf(value: number): number {
  real[0] = value
  const upper = halves[1]!
  const sign = (upper >>> 16) & 0x8000
  const size = Math.abs(value)
  if (!(size < overflow)) return Number.isNaN(value) ? 0x7e00 : sign | 0x7c00
  // Subnormals share the last place of the smallest normal numbers.
  const exponent = Math.max(((upper >>> 20) & 0x7ff) - 1009, 0)
  // The leading bit counts into the exponent, as rounding up to the next power of two does.
  const places = size * perUnit[exponent]! + rounder - rounder
  return sign | ((exponent << 10) + places)
}

function numberOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >>> 10) & 31
  const fraction = bits & 0x3ff
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25)
}

function lengthOf(field: string, values: ArrayLike<number>): number {
  if (isSequence(values)) return values.length
  throw invalidArgument(field, `${shown(values)} is not a list of numbers`)
}

function checkLength(
  values: ArrayLike<number>,
  out: ArrayLike<number>,
  kind: typeof Uint16Array | typeof Float32Array,
): void {
  const length = lengthOf('values', values)
  if (!(out instanceof kind)) throw invalidArgument('out', `${shown(out)} is not a ${kind.name}`)
  if (out.length === length) return
  throw invalidArgument('out', `has ${out.length} elements; make it as long as the values, ${length}`)
}
