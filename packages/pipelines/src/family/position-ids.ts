import { invalidArgument, type Tensor } from '@fastflow/core'
import { checkFlag, checkWhole } from '@fastflow/core/backend'
import { checkFloats } from '../state/check-latents.ts'
import { checkObject } from './check-arguments.ts'

/** Tokens on a side, in a text and axes: what is above is taken for a slip. */
const MOST = { side: 16_384, tokens: 1_048_576, axes: 64 }

/** Positions, [count, axes]: whole numbers that exports take as int64 or floats. */
export interface PositionIds {
  readonly axes: number
  readonly data: Float32Array
}

/** Positions of a grid of tokens: its index on the first axis, row and column on the next two, zeros behind. @throws FastFlowError `invalid-argument` naming the argument. */
export function gridIds(rows: number, columns: number, axes: number, index = 0): PositionIds {
  checkWhole('rows', rows, 1, MOST.side)
  checkWhole('columns', columns, 1, MOST.side)
  checkWhole('axes', axes, 3, MOST.axes)
  checkWhole('index', index, 0)
  const data = new Float32Array(rows * columns * axes)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      data.set([index, row, column], (row * columns + column) * axes)
  return { axes, data }
}

/** Positions of a text: all zero, or counted on the last axis. @throws FastFlowError `invalid-argument` naming the argument. */
export function textIds(tokens: number, axes: number, counted: boolean): PositionIds {
  checkWhole('tokens', tokens, 0, MOST.tokens)
  checkWhole('axes', axes, 1, MOST.axes)
  checkFlag('counted', counted)
  const data = new Float32Array(tokens * axes)
  if (counted) for (let token = 0; token < tokens; token++) data[token * axes + axes - 1] = token
  return { axes, data }
}

/** Positions one behind the other as a network is fed them. @throws FastFlowError `invalid-argument` naming the argument. */
export function idsTensor(...ids: readonly PositionIds[]): Tensor {
  const [first] = ids
  if (first === undefined) throw invalidArgument('ids', 'is missing; pass what gridIds or textIds returned')
  checkIds('ids[0]', first)
  const { axes } = first
  for (const [n, one] of ids.entries()) checkIds(`ids[${n}]`, one, axes)
  const length = ids.reduce((sum, { data }) => sum + data.length, 0)
  const data = new Float32Array(length)
  let at = 0
  for (const one of ids) {
    data.set(one.data, at)
    at += one.data.length
  }
  return { type: 'float32', dims: [length / axes, axes], data }
}

function checkIds(field: string, ids: PositionIds, axes: number = ids?.axes): void {
  checkObject(field, ids, 'what gridIds or textIds returned')
  checkWhole(`${field}.axes`, ids.axes, 1)
  if (ids.axes !== axes) throw invalidArgument(`${field}.axes`, `is ${ids.axes}, the first has ${axes}`)
  checkFloats(`${field}.data`, ids.data, axes)
}
