import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const nested = (field: number, ...parts: readonly (readonly number[])[]): number[] => {
  const content = parts.flat()
  const length = content.length < 128 ? [content.length] : [(content.length % 128) + 128, content.length >> 7]
  return [field * 8 + 2, ...length, ...content]
}
const text = (field: number, value: string): number[] => nested(field, [...Buffer.from(value)])
const whole = (field: number, value: number): number[] => [field * 8, value]

/** A tensor of float32; axes are sizes, or names where they are free. */
const port = (field: number, name: string, axes: readonly (number | string)[]): number[] => {
  const dims = axes.map((axis) => nested(1, typeof axis === 'number' ? whole(1, axis) : text(2, axis)))
  return nested(field, text(1, name), nested(2, nested(1, whole(1, 1), nested(2, ...dims))))
}
const node = (op: string, inputs: readonly string[], output: string): number[] =>
  nested(1, ...inputs.map((name) => text(1, name)), text(2, output), text(4, op))

/** A folder with a network `v(t, x, condition) = (x - condition) / t`, whose flow ends at the condition. */
export function writeTintModel(folder: string): void {
  const state = ['batch', 3, 'height', 'width']
  const graph = [
    node('Sub', ['x', 'condition'], 'd'),
    node('Div', ['d', 't'], 'v'),
    text(2, 'tint'),
    port(11, 't', ['batch']),
    port(11, 'x', state),
    port(11, 'condition', ['batch', 3, 1, 1]),
    port(12, 'v', state),
  ]
  const model = [whole(1, 8), nested(8, whole(2, 17)), nested(7, ...graph)].flat()
  const index = { _class_name: 'TintPipeline', transformer: ['tint', 'Tint'] }
  const files = {
    'model_index.json': JSON.stringify(index),
    'scheduler/scheduler_config.json': JSON.stringify({ _class_name: 'FlowMatchEulerDiscreteScheduler' }),
    'transformer/model.onnx': Uint8Array.from(model),
  }
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
}
