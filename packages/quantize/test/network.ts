import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRandom } from '@fastflow/core'
import { type Encoded, joinFields, nestedField, textField, wholeField } from '@fastflow/core/backend'
import { afterAll } from 'vitest'
import { writeModel } from '../src/graph/model.ts'
import { writeNode } from '../src/graph/node.ts'
import { writeTensor } from '../src/graph/tensor.ts'

/** Rows of the input, and width of all layers: no multiple of a block. */
export const [rows, width] = [6, 40]

/** Four products in a row, the third with a transposed weight and a bias. */
export interface Chain {
  readonly bytes: Uint8Array
  /** Weights of the four layers, [inner, outer] row-major. */
  readonly weights: readonly Float32Array[]
  readonly bias: Float32Array
}

export function chain(): Chain {
  const { next } = createRandom(3)
  const random = (length: number): Float32Array =>
    Float32Array.from({ length }, () => (next() - 0.5) / Math.sqrt(width / 12))
  const weights = [0, 1, 2, 3].map(() => random(width * width))
  const bias = random(width)
  const square = (name: string, values: Float32Array): Encoded =>
    writeTensor({ name, dims: [width, width], type: 1 }, bytesOf(values))
  const tensors = [
    square('w0', weights[0]!),
    square('w1', weights[1]!),
    square('w2', transposed(weights[2]!)),
    square('w3', weights[3]!),
    writeTensor({ name: 'bias', dims: [width], type: 1 }, bytesOf(bias)),
  ]
  const nodes = [
    writeNode({ op: 'MatMul', inputs: ['x', 'w0'], outputs: ['a'] }),
    writeNode({ op: 'MatMul', inputs: ['a', 'w1'], outputs: ['b'] }),
    writeNode({ op: 'Gemm', inputs: ['b', 'w2', 'bias'], outputs: ['c'], attributes: { transB: 1 } }),
    writeNode({ op: 'MatMul', inputs: ['c', 'w3'], outputs: ['y'] }),
  ]
  const graph = [...textField(2, 'chain'), ...value(11, 'x'), ...value(12, 'y')]
  const pieces = writeModel(
    { opsets: new Map([['', 18]]), rest: { model: wholeField(1, 8), graph } },
    nodes,
    tensors,
  )
  return { bytes: joinFields(pieces), weights, bias }
}

const folders: string[] = []
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))))

/** A folder of its own, removed when the tests of the file are over. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fastflow-quantize-'))
  folders.push(folder)
  return folder
}

/** A model folder that is no more than this network. */
export async function folderOf(bytes: Uint8Array): Promise<string> {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'model', 'transformer'), { recursive: true })
  await writeFile(join(folder, 'model', 'model_index.json'), '{}')
  await writeFile(join(folder, 'model', 'transformer', 'model.onnx'), bytes)
  return join(folder, 'model')
}

/** `x w` in doubles. */
export function product(x: ArrayLike<number>, w: ArrayLike<number>): Float64Array {
  const out = new Float64Array((x.length / width) * width)
  for (let row = 0; row < x.length / width; row++)
    for (let n = 0; n < width; n++)
      for (let k = 0; k < width; k++) out[row * width + n]! += x[row * width + k]! * w[k * width + n]!
  return out
}

function transposed(values: Float32Array): Float32Array {
  return values.map((_, at) => values[(at % width) * width + Math.floor(at / width)]!)
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer)
}

function value(field: number, name: string): Encoded {
  const shape = [rows, width].flatMap((size) => nestedField(1, wholeField(1, size)))
  const type = nestedField(2, nestedField(1, [...wholeField(1, 1), ...nestedField(2, shape)]))
  return nestedField(field, [...textField(1, name), ...type])
}
