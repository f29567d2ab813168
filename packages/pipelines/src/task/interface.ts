import { FastFlowError, type ModelRunner, type TensorInfo } from '@fastflow/core'

/** The inputs a pipeline feeds a network, and the output it reads. */
export interface NetworkPorts {
  readonly inputs: readonly TensorInfo[]
  /** Name of the output, float32. Its shape is left open: exports often do not tell it. */
  readonly output: string
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
  const fix = `export it with the inputs ${names}, a free batch and the output ${wanted.output}`
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

function checkOutput(outputs: readonly TensorInfo[], name: string): string | undefined {
  const output = outputs.find((one) => one.name === name)
  if (output === undefined) return `has no output ${name} (it has ${describe(outputs)})`
  return output.type === 'float32' ? undefined : `its output ${name} is ${output.type}, not float32`
}

/** Every axis is free, or as wanted; axes with a name, such as the batch, have to be free. */
function fits(dims: TensorInfo['dims'], wanted: TensorInfo['dims']): boolean {
  const free = (size: number | string | undefined): boolean => typeof size === 'string' || size === -1
  return dims.length === wanted.length && dims.every((size, axis) => free(size) || size === wanted[axis])
}

function describe(tensors: readonly TensorInfo[]): string {
  return tensors.map(({ name, type, dims }) => `${name} ${type} [${dims.join(', ')}]`).join(', ')
}
