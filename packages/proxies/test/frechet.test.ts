import { readFileSync } from 'node:fs'
import { featureMoments, frechetDistance, type Gaussian, gaussianOfImages } from '@fastflow/proxies'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { symmetricEigen } from '../src/frechet/symmetric-eigen.ts'
import { errorOf } from './errors.ts'
import { imageOf, scene } from './reference-images.ts'

interface Reference {
  readonly cases: readonly { readonly count: number; readonly dimension: number; readonly distance: number }[]
}

const reference: Reference = JSON.parse(
  readFileSync(new URL('./fixtures/frechet-reference.json', import.meta.url), 'utf8'),
)

/** The features of training/reference/frechet.py. */
function features(count: number, dimension: number, kind: 0 | 1): number[][] {
  const hash = (i: number, j: number): number => {
    const place = BigInt((i * dimension + j) * 2 + kind + 1)
    return Number((place * 2654435761n) % 2n ** 32n) / 2 ** 32
  }
  return Array.from({ length: count }, (_, i) =>
    Array.from({ length: dimension }, (_, j) => {
      const mixed = hash(i, j) + 0.5 * hash(i, (j + dimension - 1) % dimension)
      return kind === 0 ? mixed : mixed * (1 + j / dimension) + 0.25
    }),
  )
}

function fit(rows: readonly number[][]): Gaussian {
  const moments = featureMoments(rows[0]!.length)
  for (const row of rows) moments.add(row)
  return moments.gaussian()
}

const matrices = fc
  .integer({ min: 1, max: 8 })
  .chain((n) =>
    fc
      .array(fc.integer({ min: -1000, max: 1000 }), { minLength: n * n, maxLength: n * n })
      .map((values) => ({ n, matrix: symmetric(values, n) })),
  )

function symmetric(values: readonly number[], n: number): Float64Array {
  return Float64Array.from(values, (_, k) => {
    const [i, j] = [Math.floor(k / n), k % n]
    return values[Math.max(i, j) * n + Math.min(i, j)]!
  })
}

describe('symmetricEigen', () => {
  it('takes matrices apart into orthonormal vectors and ascending values', () => {
    fc.assert(
      fc.property(matrices, ({ n, matrix }) => {
        const { values, vectors } = symmetricEigen(matrix, n)
        const size = 1 + Math.max(...matrix.map(Math.abs))
        for (let i = 0; i < n; i++) {
          if (i > 0) expect(values[i]!).toBeGreaterThanOrEqual(values[i - 1]!)
          for (let j = 0; j < n; j++) {
            let entry = 0
            let product = 0
            for (let k = 0; k < n; k++) {
              entry += vectors[i * n + k]! * values[k]! * vectors[j * n + k]!
              product += vectors[k * n + i]! * vectors[k * n + j]!
            }
            expect(Math.abs(entry - matrix[i * n + j]!)).toBeLessThan(1e-12 * size * n)
            expect(Math.abs(product - (i === j ? 1 : 0))).toBeLessThan(1e-12)
          }
        }
      }),
    )
  })

  it('handles diagonal, zero and repeated eigenvalues', () => {
    expect(symmetricEigen(Float64Array.of(3, 0, 0, 0, 1, 0, 0, 0, 2), 3).values).toEqual(
      Float64Array.of(1, 2, 3),
    )
    expect(symmetricEigen(new Float64Array(16), 4).values).toEqual(new Float64Array(4))
    const ones = symmetricEigen(new Float64Array(9).fill(1), 3).values
    expect(ones[2]).toBeCloseTo(3, 12)
    expect(Math.max(Math.abs(ones[0]!), Math.abs(ones[1]!))).toBeLessThan(1e-14)
  })
})

describe('frechetDistance', () => {
  it.each(reference.cases)(
    'equals scipy for $count features of $dimension',
    ({ count, dimension, distance }) => {
      const value = frechetDistance(fit(features(count, dimension, 0)), fit(features(count, dimension, 1)))
      expect(Math.abs(value - distance)).toBeLessThan(1e-6 * distance)
    },
  )

  it('is the closed form for Gaussians of one dimension', () => {
    const gaussian = (mean: number, deviation: number): Gaussian => ({
      dimension: 1,
      count: 9,
      mean: Float64Array.of(mean),
      covariance: Float64Array.of(deviation ** 2),
    })
    const real = fc.double({ min: -50, max: 50, noNaN: true })
    const positive = fc.double({ min: 0, max: 50, noNaN: true })
    fc.assert(
      fc.property(real, positive, real, positive, (m, s, n, t) => {
        expect(frechetDistance(gaussian(m, s), gaussian(n, t))).toBeCloseTo((m - n) ** 2 + (s - t) ** 2, 8)
      }),
    )
  })

  it('is symmetric, and 0 for a Gaussian and itself', () => {
    const [a, b] = [fit(features(40, 6, 0)), fit(features(40, 6, 1))]
    expect(frechetDistance(a, b)).toBeCloseTo(frechetDistance(b, a), 7)
    expect(frechetDistance(a, a)).toBeLessThan(1e-12)
    const few = fit(features(4, 10, 0))
    expect(frechetDistance(few, few)).toBeLessThan(1e-12)
  })

  it('refuses Gaussians of different features', () => {
    const error = errorOf(() => frechetDistance(fit(features(5, 3, 0)), fit(features(5, 4, 0))))
    expect(error).toMatchObject({ code: 'invalid-argument', field: 'b.dimension' })
  })
})

describe('featureMoments', () => {
  it('fits as a two-pass computation does, far from 0 too', () => {
    const rows = features(60, 5, 0).map((row) => row.map((value) => value + 1e6))
    const { mean, covariance, count } = fit(rows)
    expect(count).toBe(60)
    for (let i = 0; i < 5; i++) {
      const m = rows.reduce((sum, row) => sum + row[i]!, 0) / 60
      expect(mean[i]).toBeCloseTo(m, 8)
      for (let j = 0; j < 5; j++) {
        const n = rows.reduce((sum, row) => sum + row[j]!, 0) / 60
        const c = rows.reduce((sum, row) => sum + (row[i]! - m) * (row[j]! - n), 0) / 59
        expect(covariance[i * 5 + j]).toBeCloseTo(c, 9)
      }
    }
  })

  it('refuses features it cannot use and goes on', () => {
    const moments = featureMoments(2)
    moments.add([1, 2])
    expect(errorOf(() => moments.add([1, Number.NaN]))).toMatchObject({ field: 'features[1]' })
    expect(errorOf(() => moments.add([1]))).toMatchObject({ field: 'features[1]' })
    expect(errorOf(() => moments.gaussian())).toMatchObject({ field: 'features' })
    moments.add([3, 4])
    expect(moments.gaussian()).toMatchObject({ count: 2, mean: Float64Array.of(2, 3) })
    expect(errorOf(() => featureMoments(0))).toMatchObject({ field: 'dimension' })
  })
})

describe('gaussianOfImages', () => {
  it('fits to the features of every image, in batches', async () => {
    const images = Array.from({ length: 70 }, (_, k) => imageOf(4, 4, (x, y, c) => (k * 3 + x + y + c) % 256))
    const batches: number[] = []
    const features = {
      name: 'mean',
      version: 'mean/1',
      extract: async (batch: readonly { data: Uint8Array }[]) => {
        batches.push(batch.length)
        return batch.map(({ data }) => Float32Array.of(data[0]!, data[1]!))
      },
    }
    const { count, mean } = await gaussianOfImages(features, images)
    expect([count, mean[0]]).toEqual([70, images.reduce((sum, { data }) => sum + data[0]!, 0) / 70])
    expect(batches).toEqual([32, 32, 6])
    await expect(gaussianOfImages(features, [])).rejects.toMatchObject({ field: 'images' })
    await expect(gaussianOfImages(features, [imageOf(4, 4, scene)])).rejects.toMatchObject({
      field: 'features',
    })
  })
})
