import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { choleskySolve, dot, isGram } from '../src/cholesky.ts'
import { evenly } from './arbitraries.ts'

const SIZE = 4
const vector = fc.array(evenly(-2, 2), { minLength: SIZE, maxLength: SIZE })

/** `ridge I + sum x x^T`, row-major. */
function gramOf(vectors: readonly (readonly number[])[], ridge = 0): number[] {
  return Array.from({ length: SIZE * SIZE }, (_, at) => {
    const [i, j] = [Math.floor(at / SIZE), at % SIZE]
    return vectors.reduce((sum, x) => sum + x[i]! * x[j]!, i === j ? ridge : 0)
  })
}

describe('choleskySolve', () => {
  it('gives the x of A x = b, and leaves both alone', () => {
    fc.assert(
      fc.property(fc.array(vector, { maxLength: 6 }), vector, evenly(0.1, 2), (vectors, x, ridge) => {
        const matrix = gramOf(vectors, ridge)
        const b = x.map((_, i) => dot(matrix.slice(i * SIZE, (i + 1) * SIZE), x))
        const [matrixBefore, bBefore] = [matrix.slice(), b.slice()]
        const solution = choleskySolve(matrix, b)
        for (const [i, value] of x.entries()) expect(solution[i]).toBeCloseTo(value, 8)
        expect([matrix, b]).toEqual([matrixBefore, bBefore])
      }),
    )
  })

  it('is finite where the matrix has no inverse', () => {
    fc.assert(
      fc.property(vector, vector, (x, b) => {
        expect(choleskySolve(gramOf([x]), b).every(Number.isFinite)).toBe(true)
      }),
    )
  })
})

describe('isGram', () => {
  it('takes every sum of x x^T, of any rank and scale', () => {
    fc.assert(
      fc.property(fc.array(vector, { maxLength: 6 }), evenly(-100, 100), (vectors, exponent) => {
        const scale = 2 ** exponent
        expect(
          isGram(
            gramOf(vectors).map((value) => value * scale),
            SIZE,
          ),
        ).toBe(true)
      }),
    )
  })

  it.each([
    ['a diagonal below 0', [1, 0, 0, -1], false],
    ['a product beyond what Cauchy and Schwarz allow', [1, 2.1, 2.1, 4], false],
    ['the largest product they allow', [1, 2, 2, 4], true],
    ['the same below 0', [1, -2, -2, 4], true],
    ['a product below what they allow', [1, -2.1, -2.1, 4], false],
    ['no symmetry', [1, 0.5, 0.4, 1], false],
    ['no symmetry, the other way', [1, 0.4, 0.5, 1], false],
    ['symmetry up to rounding', [1, 0.5, 0.5 + 1e-7, 1], true],
    ['a product of an empty row', [0, 0.1, 0.1, 1], false],
    ['NaN', [1, Number.NaN, Number.NaN, 1], false],
  ])('judges %s', (_, matrix, expected) => {
    expect(isGram(matrix, 2)).toBe(expected)
  })

  it('refuses what is not positive semidefinite though each pair could be', () => {
    expect(isGram([1, 0.9, 0.9, 0.9, 1, -0.9, 0.9, -0.9, 1], 3)).toBe(false)
    expect(isGram([1, 0.9, 0.9, 0.9, 1, 0.9, 0.9, 0.9, 1], 3)).toBe(true)
  })
})
