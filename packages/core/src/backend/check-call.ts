import { checkOptions, type OptionNames } from '../check/options.ts'
import { shown } from '../check/shown.ts'
import { FastFlowError, invalidArgument } from '../errors.ts'
import { isRecord } from '../json/json.ts'
import type { Feeds, RunOptions, Tensor, TensorInfo, TensorType } from '../ports/model-runner.ts'
import { arrayOf, elementCount, shapeText } from './tensor-types.ts'

const names: OptionNames<RunOptions> = { fetches: true, into: true }

/**
 * Checks a call against the model before anything is copied.
 *
 * @throws FastFlowError `model-mismatch` naming the tensor, what it is and what the model takes; `invalid-argument` for what
 *   are no feeds or options at all.
 */
export function checkCall(
  inputs: readonly TensorInfo[],
  outputs: readonly TensorInfo[],
  feeds: Feeds,
  options: RunOptions,
): void {
  if (!isRecord(feeds))
    throw invalidArgument('feeds', `${shown(feeds)} is not { name: tensor }; ${accepted(inputs)}`)
  checkOptions('options', options, names)
  for (const input of inputs) {
    const feed = feeds[input.name]
    if (feed === undefined) throw mismatch(input.name, `feeds: ${input.name} is missing; ${accepted(inputs)}`)
    checkTensor(`feeds.${input.name}`, feed, input)
  }
  for (const name of Object.keys(feeds)) {
    if (inputs.every((input) => input.name !== name)) {
      throw mismatch(name, `feeds: the model has no input ${name}; ${accepted(inputs)}`)
    }
  }
  checkOutputs(outputs, options)
}

function checkOutputs(outputs: readonly TensorInfo[], { fetches, into = {} }: RunOptions): void {
  const names = outputs.map((output) => output.name)
  if (fetches !== undefined && !Array.isArray(fetches))
    throw invalidArgument(
      'fetches',
      `${shown(fetches)} is not a list of outputs; the model gives ${names.join(', ')}`,
    )
  if (!isRecord(into)) throw invalidArgument('into', `${shown(into)} is not { output: tensor }`)
  if (fetches?.length === 0)
    throw mismatch('fetches', `fetches: is empty; the model gives ${names.join(', ')}`)
  for (const name of fetches ?? []) {
    if (names.includes(name)) continue
    throw mismatch(
      String(name),
      `fetches: the model has no output ${String(name)}; it gives ${names.join(', ')}`,
    )
  }
  for (const [name, tensor] of Object.entries(into)) {
    const output = outputs.find((candidate) => candidate.name === name)
    if (output === undefined || fetches?.includes(name) === false) {
      throw mismatch(name, `into: ${name} is not fetched; fetched are ${(fetches ?? names).join(', ')}`)
    }
    checkTensor(`into.${name}`, tensor, output)
  }
}

function checkTensor(field: string, tensor: Tensor, info: TensorInfo): void {
  if (!isRecord(tensor) || !Array.isArray(tensor.dims))
    throw mismatch(info.name, `${field}: is ${shown(tensor)}, not a tensor; pass { type, dims, data }`)
  const { type, dims, data } = tensor
  if (type === info.type && !(data instanceof arrayOf(type))) {
    throw mismatch(info.name, `${field}: ${type} data must be a ${arrayOf(type).name}`)
  }
  checkShape(field, { type, dims, length: data?.length }, info)
}

/** A tensor apart from its elements. */
export interface TensorShape {
  readonly type: TensorType
  readonly dims: readonly number[]
  /** Number of elements it has. */
  readonly length: number
}

/** @throws FastFlowError `model-mismatch` for another type or shape than the model's, or another number of elements. */
export function checkShape(field: string, { type, dims, length }: TensorShape, info: TensorInfo): void {
  const wanted = `the model has ${info.type} ${shapeText(info.dims)}`
  if (type !== info.type) throw mismatch(info.name, `${String(field)}: is ${String(type)}; ${wanted}`)
  if (!fits(dims, info.dims))
    throw mismatch(info.name, `${String(field)}: has shape ${shapeText(dims)}; ${wanted}`)
  if (length !== elementCount(dims)) {
    const counted = `shape ${shapeText(dims)} has ${elementCount(dims)} elements, data ${length}`
    throw mismatch(info.name, `${String(field)}: ${counted}`)
  }
}

function fits(dims: readonly number[], wanted: readonly (number | string)[]): boolean {
  if (dims.length !== wanted.length) return false
  return dims.every((size, axis) => {
    const expected = wanted[axis]
    const free = typeof expected === 'string' || expected === -1
    return Number.isInteger(size) && size >= 0 && (free || size === expected)
  })
}

function accepted(inputs: readonly TensorInfo[]): string {
  return `it takes ${inputs.map(({ name, type, dims }) => `${name} (${type} ${shapeText(dims)})`).join(', ')}`
}

function mismatch(field: string, message: string): FastFlowError {
  return new FastFlowError({ code: 'model-mismatch', field, message })
}
