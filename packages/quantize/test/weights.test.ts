import { createRandom } from '@fastflow/core'
import { describe, expect, it } from 'vitest'
import { toBlocks } from '../src/weights/blocks.ts'
import { type Matrix, toColumns, toSlices } from '../src/weights/int8.ts'

const [inner, outer] = [70, 5]

function randomMatrix(): Matrix {
  const { next } = createRandom(7)
  const values = Float32Array.from({ length: inner * outer }, () => next() ** 3 - next() ** 3)
  // A column of zeros has no scale to divide by.
  for (let k = 0; k < inner; k++) values[k * outer + 2] = 0
  return { values, inner, outer, alongInner: outer, alongOuter: 1 }
}

/** The same matrix, stored by columns. */
function turned({ values }: Matrix): Matrix {
  const out = new Float32Array(values.length)
  for (let k = 0; k < inner; k++) for (let n = 0; n < outer; n++) out[n * inner + k] = values[k * outer + n]!
  return { values: out, inner, outer, alongInner: 1, alongOuter: inner }
}

describe('blocks', () => {
  it.each([
    [4, 32],
    [8, 32],
    [4, 64],
  ] as const)('of %i bits and %i values are off by half a step, one step at the far end', (bits, size) => {
    const matrix = randomMatrix()
    const { packed, scales, blocks } = toBlocks(matrix, bits, size)
    expect(blocks).toBe(Math.ceil(inner / size))
    const middle = 2 ** (bits - 1)
    for (let n = 0; n < outer; n++) {
      for (let k = 0; k < blocks * size; k++) {
        const at = n * blocks * size + k
        const q = bits === 8 ? packed[at]! : (packed[at >> 1]! >> (4 * (at % 2))) & 15
        const scale = scales[n * blocks + Math.floor(k / size)]!
        const value = k < inner ? matrix.values[k * outer + n]! : 0
        const slack = q === 2 * middle - 1 ? 1 : 0.5
        expect(Math.abs(scale * (q - middle) - value)).toBeLessThanOrEqual(
          slack * Math.abs(scale) * 1.0001 + 1e-9,
        )
      }
    }
  })

  it('meet their largest value exactly', () => {
    const matrix = randomMatrix()
    const { packed, scales, blocks } = toBlocks(matrix, 8, 32)
    const column = Array.from({ length: 32 }, (_, k) => matrix.values[k * outer]!)
    const largest = column.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0)
    const q = packed[column.indexOf(largest)]!
    expect(q).toBe(0)
    expect(scales[0]! * -128).toBeCloseTo(largest, 6)
    expect(scales[2 * blocks]).toBe(-0)
  })

  it('do not depend on how the matrix is stored', () => {
    const matrix = randomMatrix()
    expect(toBlocks(turned(matrix), 4, 32)).toEqual(toBlocks(matrix, 4, 32))
    expect(toColumns(turned(matrix))).toEqual(toColumns(matrix))
  })
})

it('columns of int8 are off by half a step and within seven bits', () => {
  const matrix = randomMatrix()
  const { q, scales } = toColumns(matrix)
  for (const [at, value] of matrix.values.entries()) {
    expect(Math.abs(q[at]!)).toBeLessThanOrEqual(64)
    expect(Math.abs(q[at]! * scales[at % outer]! - value)).toBeLessThanOrEqual(
      0.5001 * scales[at % outer]! + 1e-9,
    )
  }
})

it('slices of int8 are off by half a step', () => {
  const { values } = randomMatrix()
  const { q, scales } = toSlices(values, inner)
  for (const [at, value] of values.entries()) {
    const scale = scales[Math.floor(at / outer)]!
    expect(Math.abs(q[at]! * scale - value)).toBeLessThanOrEqual(0.5001 * scale + 1e-9)
  }
})
