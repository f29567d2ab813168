import type { Tensor } from '@fastflow/core'

/** Positions, [count, axes]: whole numbers that exports take as int64 or floats. */
export interface PositionIds {
  readonly axes: number
  readonly data: Float32Array
}

/** Positions of a grid of tokens: its index on the first axis, row and column on the next two, zeros behind. */
export function gridIds(rows: number, columns: number, axes: number, index = 0): PositionIds {
  const data = new Float32Array(rows * columns * axes)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      data.set([index, row, column], (row * columns + column) * axes)
  return { axes, data }
}

/** Positions of a text: all zero, or counted on the last axis. */
export function textIds(tokens: number, axes: number, counted: boolean): PositionIds {
  const data = new Float32Array(tokens * axes)
  if (counted) for (let token = 0; token < tokens; token++) data[token * axes + axes - 1] = token
  return { axes, data }
}

/** Positions one behind the other as a network is fed them. */
export function idsTensor(...ids: readonly PositionIds[]): Tensor {
  const { axes } = ids[0]!
  const length = ids.reduce((sum, { data }) => sum + data.length, 0)
  const data = new Float32Array(length)
  let at = 0
  for (const one of ids) {
    data.set(one.data, at)
    at += one.data.length
  }
  return { type: 'float32', dims: [length / axes, axes], data }
}
