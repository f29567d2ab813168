import { FastFlowError, type ModelRunner, type TensorInfo } from '@fastflow/core'
import { isFree } from '../state/sizes.ts'

/** The inputs a pipeline feeds a network, and the output it reads. */
export interface NetworkPorts {
  readonly inputs: readonly TensorInfo[]
  /** The output, float32. Its shape counts as far as the network tells it: exports often do not. */
  readonly output: Pick<TensorInfo, 'name' | 'dims'>
  /** Where the sizes come from, for errors: fields and the file they stand in. */
  readonly sizes: string
}

/**
 * Checks that a network takes what its pipeline feeds it, so that a foreign model fails when it is
 * loaded and not in the middle of a generation.
 *
 * @param path of the network, for the message.
 * @throws FastFlowError `model-mismatch` naming the first tensor that does not fit.
 */
export function checkInterface(
  location: string,
  path: string,
  { inputs, outputs }: ModelRunner,
  wanted: NetworkPorts,
): void {
  const problem = checkInputs(inputs, wanted.inputs) ?? checkOutput(outputs, wanted.output)
  if (problem === undefined) return
  const names = wanted.inputs.map(({ name }) => name).join(', ')
  const ports = `the inputs ${names}, a free batch and the output ${wanted.output.name}`
  const fix = `export it with ${ports}, or correct ${wanted.sizes}`
  throw new FastFlowError({
    code: 'model-mismatch',
    field: path,
    message: `${location}/${path}: ${problem}; ${fix}`,
  })
}

function checkInputs(inputs: readonly TensorInfo[], wanted: readonly TensorInfo[]): string | undefined {
  for (const want of wanted) {
    const input = inputs.find(({ name }) => name === want.name)
    if (input === undefined) return `has no input ${want.name} (it has ${describe(inputs)})`
    if (input.type !== want.type || !fits(input.dims, want.dims))
      return `its input is ${describe([input])} where ${describe([want])} is needed`
  }
  const extra = inputs.find(({ name }) => wanted.every((want) => want.name !== name))
  return extra && `has the input ${describe([extra])}, which this pipeline does not know`
}

function checkOutput(outputs: readonly TensorInfo[], wanted: NetworkPorts['output']): string | undefined {
  const output = outputs.find(({ name }) => name === wanted.name)
  if (output === undefined) return `has no output ${wanted.name} (it has ${describe(outputs)})`
  if (output.type !== 'float32') return `its output ${wanted.name} is ${output.type}, not float32`
  const { dims } = output
  // Without any axis the network does not tell; axes that are free, here or there, say nothing either.
  const agrees = dims.every(
    (size, axis) => isFree(size) || isFree(wanted.dims[axis]) || size === wanted.dims[axis],
  )
  if (dims.length === 0 || (dims.length === wanted.dims.length && agrees)) return undefined
  const needed = describe([{ type: 'float32', ...wanted }])
  return `its output is ${describe([output])} where ${needed} is needed`
}

/** Every axis is free, or as wanted; axes with a name, such as the batch, have to be free. */
function fits(dims: TensorInfo['dims'], wanted: TensorInfo['dims']): boolean {
  return dims.length === wanted.length && dims.every((size, axis) => isFree(size) || size === wanted[axis])
}

function describe(tensors: readonly TensorInfo[]): string {
  return tensors.map(({ name, type, dims }) => `${name} ${type} [${dims.join(', ')}]`).join(', ')
}
