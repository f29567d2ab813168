import { FastFlowError, type ModelRunner, type TensorInfo } from '@fastflow/core'
import type { ClassModelConfig } from './config.ts'

/**
 * Checks that the network takes what a class-to-image pipeline feeds it, so that a foreign model fails when it is
 * loaded and not in the middle of a generation. The output's shape is left open: exports often do not tell it.
 *
 * @throws FastFlowError `model-mismatch` naming the first tensor that does not fit.
 */
export function checkInterface(
  location: string,
  { dims, network }: ClassModelConfig,
  { inputs, outputs }: ModelRunner,
): void {
  const problem =
    checkInputs(inputs, [
      { name: 'sample', type: 'float32', dims: ['batch', ...dims] },
      { name: 'timestep', type: 'float32', dims: ['batch'] },
      { name: 'class_labels', type: 'int64', dims: ['batch'] },
    ]) ?? checkVelocity(outputs)
  if (problem === undefined) return
  const path = `${network}/model.onnx`
  const fix = 'export it with the inputs sample, timestep, class_labels, a free batch and the output velocity'
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

function checkVelocity(outputs: readonly TensorInfo[]): string | undefined {
  const output = outputs.find(({ name }) => name === 'velocity')
  if (output === undefined) return `has no output velocity (it has ${describe(outputs)})`
  return output.type === 'float32' ? undefined : `its output velocity is ${output.type}, not float32`
}

/** Every axis is free, or as wanted; the batch has to be free. */
function fits(dims: TensorInfo['dims'], wanted: TensorInfo['dims']): boolean {
  const free = (size: number | string | undefined): boolean => typeof size === 'string' || size === -1
  return dims.length === wanted.length && dims.every((size, axis) => free(size) || size === wanted[axis])
}

function describe(tensors: readonly TensorInfo[]): string {
  return tensors.map(({ name, type, dims }) => `${name} ${type} [${dims.join(', ')}]`).join(', ')
}
