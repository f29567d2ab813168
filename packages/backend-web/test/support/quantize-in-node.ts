import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Tensor } from '@fastflow/core'
import type { Precision } from '@fastflow/quantize'
import { graph, model, node, types } from '../../../backend-node/test/support/onnx.ts'

/** A quantised network with what it is fed, and what onnxruntime-node makes of it. */
export interface InNode {
  readonly base64: string
  readonly dims: readonly number[]
  readonly x: readonly number[]
  /** Of activations that are not rounded to 8 bits where `MatMulNBits` may: onnxruntime-node does, onnxruntime-web does not. */
  readonly y: readonly number[]
  /** The network as it was. */
  readonly whole: readonly number[]
}

/** Whole blocks of 32, and a part of one. */
const width = 40
const dims = [1, 4, 8, width]
const path = 'transformer/model.onnx'

/** Runs in the process that serves the tests. */
export async function quantizeInNode(_: unknown, as: Precision): Promise<InNode> {
  // Not at the top: the configuration of the tests, which this is part of, has to load before anything is built.
  const { nodeBackend } = await import('@fastflow/backend-node')
  const { createRandom } = await import('@fastflow/core')
  const { quantizeFolder } = await import('@fastflow/quantize')
  const { next } = createRandom(5)
  const random = (...sizes: readonly number[]): Float32Array =>
    Float32Array.from({ length: sizes.reduce((product, size) => product * size, 1) }, () => next() - 0.5)
  const x = random(...dims)
  const folder = await mkdtemp(join(tmpdir(), 'fastflow-web-'))
  const run = async (location: string): Promise<number[]> => {
    const runner = await (await nodeBackend({ threads: 1 }).open(location)).load(path)
    try {
      const feed: Tensor = { type: 'float32', dims, data: x }
      const { outputs } = await runner.run({ x: feed })
      return [...(outputs.y!.data as Float32Array)]
    } finally {
      await runner.dispose()
    }
  }
  try {
    const original = join(folder, 'original')
    await mkdir(join(original, 'transformer'), { recursive: true })
    await writeFile(join(original, 'model_index.json'), '{}')
    await writeFile(join(original, path), layers(random))
    const { out } = await quantizeFolder(original, { as, smallest: 100 })
    const bytes = await readFile(join(out, path))
    await writeFile(join(out, path), unrounded(bytes))
    const [y, whole] = [await run(out), await run(original)]
    return { base64: bytes.toString('base64'), dims, x: [...x], y, whole }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Two convolutions and four products; the first and the last layer stay as they are. */
function layers(random: (...sizes: readonly number[]) => Float32Array): Uint8Array {
  const kinds = ['Conv', 'Conv', 'MatMul', 'MatMul', 'MatMul', 'MatMul']
  const between = (k: number): string => (k === 0 ? 'x' : k === kinds.length ? 'y' : `h${k}`)
  return model(
    graph({
      nodes: kinds.map((op, k) => node(1, { op, inputs: [between(k), `w${k}`], outputs: [between(k + 1)] })),
      weights: kinds.map((op, k) => {
        const sizes = op === 'Conv' ? [4, 4, 1, 1] : [width, width]
        return {
          name: `w${k}`,
          type: types.float32,
          dims: sizes,
          data: new Uint8Array(random(...sizes).buffer),
        }
      }),
      inputs: [{ name: 'x', type: types.float32, dims }],
      outputs: [{ name: 'y', type: types.float32, dims }],
    }),
  )
}

/** The network with `accuracy_level` 1, float32, in place of 4, which allows 8 bits. */
function unrounded(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  const name = 'accuracy_level'
  for (let at = copy.indexOf(name); at >= 0; at = copy.indexOf(name, at + 1)) {
    const value = copy.indexOf(4, at + name.length)
    copy[value] = 1
  }
  return copy
}
