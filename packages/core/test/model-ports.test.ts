import { readFileSync } from 'node:fs'
import { externalDataLocations, modelPorts } from '@fastflow/core/backend'
import { expect, it } from 'vitest'

const model = (path: string): Uint8Array =>
  new Uint8Array(
    readFileSync(new URL(`../../pipelines/test/fixtures/families/${path}/model.onnx`, import.meta.url)),
  )

it('gives names, types and shapes as the graph declares them', () => {
  expect(modelPorts(model('flux/pipeline/text_encoder_2'))).toEqual({
    inputs: [{ name: 'input_ids', type: 'int64', dims: ['batch_size', 'sequence_length'] }],
    outputs: [{ name: 'last_hidden_state', type: 'float32', dims: ['batch_size', 'sequence_length', 16] }],
  })
})

it('knows float16, and weights that lie beside the file', () => {
  const { inputs } = modelPorts(model('sd3-fp16/pipeline/transformer'))
  expect(inputs.find(({ name }) => name === 'hidden_states')?.type).toBe('float16')
  expect(inputs.find(({ name }) => name === 'timestep')?.type).toBe('float32')
  const bytes = model('sd3-external/pipeline/text_encoder')
  expect(modelPorts(bytes).inputs.map(({ name }) => name)).toEqual(['input_ids'])
  expect(externalDataLocations(bytes)).toEqual(['model.onnx_data'])
})

it('leaves out weights that are listed as inputs, and takes what has no shape or type', () => {
  const text = (field: number, value: string): number[] => [
    field * 8 + 2,
    value.length,
    ...Buffer.from(value),
  ]
  const nested = (field: number, ...parts: number[][]): number[] => {
    const content = parts.flat()
    return [field * 8 + 2, content.length, ...content]
  }
  const typed = nested(
    2,
    nested(1, [8, 10], nested(2, nested(1, [8, 3]), nested(1, text(2, 'n')), nested(1))),
  )
  const bytes = nested(
    7,
    nested(5, text(8, 'w')),
    nested(11, text(1, 'x'), typed),
    nested(11, text(1, 'w')),
    nested(12, text(1, 'y')),
  )
  expect(modelPorts(Uint8Array.from(bytes))).toEqual({
    inputs: [{ name: 'x', type: 'float16', dims: [3, 'n', -1] }],
    outputs: [{ name: 'y', type: 'unknown', dims: [] }],
  })
})

it.each([[new Uint8Array(0)], [Uint8Array.from([58, 200, 1])], [Buffer.from('version https://git-lfs')]])(
  'refuses bytes that are no model',
  (bytes) => expect(() => modelPorts(bytes)).toThrow(RangeError),
)
