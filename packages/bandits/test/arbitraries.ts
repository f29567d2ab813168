import fc from 'fast-check'

/** Numbers spread evenly over a range; fast-check's own doubles are spread over exponents, so mostly tiny. */
export function evenly(min: number, max: number): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max: 1e6 }).map((n) => min + ((max - min) * n) / 1e6)
}
