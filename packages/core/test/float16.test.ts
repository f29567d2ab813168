import { fromFloat16, toFloat16 } from '@fastflow/core/backend'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const every = Uint16Array.from({ length: 65_536 }, (_, bits) => bits)
const isNaN16 = (bits: number): boolean => (bits & 0x7fff) > 0x7c00

/** By the definition of binary16, with nothing of the code under test. */
function meaning(bits: number): number {
  const digits = bits.toString(2).padStart(16, '0')
  const sign = digits[0] === '1' ? -1 : 1
  const exponent = Number.parseInt(digits.slice(1, 6), 2)
  const fraction = Number.parseInt(digits.slice(6), 2) / 1024
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
  return exponent === 0 ? sign * 2 ** -14 * fraction : sign * 2 ** (exponent - 15) * (1 + fraction)
}

/** Of all finite values of one sign, and the one that would follow, the nearest; of two, the one with even bits. */
const finite = [...every.subarray(0, 0x7c00)].map(meaning)
function nearest(size: number): number {
  const steps = [...finite, 65_536]
  let low = 0
  while (low + 1 < steps.length && steps[low + 1]! <= size) low += 1
  const [below, next] = [steps[low]!, steps[low + 1] ?? Infinity]
  if (size - below !== next - size) return size - below < next - size ? low : low + 1
  return low % 2 === 0 ? low : low + 1
}

describe('float16', () => {
  it('reads all 65,536 values', () => {
    const values = fromFloat16(every)
    for (const bits of every) expect(Object.is(values[bits], meaning(bits)), `bits ${bits}`).toBe(true)
  })

  it('gives back the bits of every value, and one NaN for all', () => {
    const bits = toFloat16(fromFloat16(every))
    const wanted = every.map((one) => (isNaN16(one) ? 0x7e00 : one))
    expect(bits).toEqual(wanted)
  })

  it('rounds halfway to even, and a hair off it to the nearer, between all neighbours', () => {
    for (let low = 0; low < 0x7c00; low++) {
      const [below, next] = [finite[low]!, finite[low + 1] ?? 65_536]
      const middle = (below + next) / 2
      const hair = middle * 2 ** -50
      const even = low % 2 === 0 ? low : low + 1
      const bits = toFloat16([middle, middle - hair, middle + hair, -middle])
      expect([...bits], `above bits ${low}`).toEqual([even, low, low + 1, even | 0x8000])
    }
  })

  it('rounds any number to the nearest', () => {
    const size = fc.oneof(
      fc.double({ min: 0, max: 70_000, noNaN: true }),
      fc.double({ min: 0, max: 1e-4, noNaN: true }),
    )
    fc.assert(
      fc.property(size, (value) => {
        expect(toFloat16([value])[0]).toBe(nearest(value))
      }),
    )
  })

  it('knows what has no place in it', () => {
    const odd = [
      65_519.99,
      65_520,
      -1e300,
      Infinity,
      -Infinity,
      NaN,
      -0,
      2 ** -25,
      2 ** -25 + 2 ** -60,
      5e-324,
    ]
    const bits = [0x7bff, 0x7c00, 0xfc00, 0x7c00, 0xfc00, 0x7e00, 0x8000, 0, 1, 0]
    expect([...toFloat16(odd)]).toEqual(bits)
  })

  it('writes to arrays of the caller', () => {
    const bits = new Uint16Array(2)
    expect(toFloat16([1, -2], bits)).toBe(bits)
    expect([...bits]).toEqual([0x3c00, 0xc000])
    const values = new Float32Array(2)
    expect(fromFloat16(bits, values)).toBe(values)
    expect([...values]).toEqual([1, -2])
  })
})
