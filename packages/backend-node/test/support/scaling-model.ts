import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { graph, model, node, types } from './onnx.ts'

/** A factor of a model: `values` in the file `location`, from a byte on. */
export interface Factor {
  readonly location: string
  readonly offset?: number
  readonly values: Float32Array
}

/**
 * Writes a model y = x * factor * factor ... into a folder, its factors into files beside it.
 *
 * @param extra bytes that no factor lies in, at the end of each file: they make it long.
 */
export async function writeScalingModel(
  folder: string,
  name: string,
  factors: readonly Factor[],
  extra = 0,
): Promise<string> {
  const size = factors[0]?.values.length ?? 0
  const files = new Map<string, Buffer>()
  for (const { location, offset = 0, values } of factors) {
    const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength)
    const before = files.get(location) ?? Buffer.alloc(0)
    const filled = Buffer.alloc(Math.max(before.length, offset + bytes.length))
    before.copy(filled)
    bytes.copy(filled, offset)
    files.set(location, filled)
  }
  for (const [location, bytes] of files) {
    await mkdir(dirname(join(folder, location)), { recursive: true })
    await writeFile(join(folder, location), Buffer.concat([bytes, Buffer.alloc(extra, 7)]))
  }
  const value = (name: string) => ({ name, type: types.float32, dims: [size] })
  const between = (k: number): string => (k === 0 ? 'x' : k === factors.length ? 'y' : `h${k}`)
  const body = graph({
    nodes: factors.map((_, k) =>
      node(1, { op: 'Mul', inputs: [between(k), `w${k}`], outputs: [between(k + 1)] }),
    ),
    weights: factors.map(({ location, offset = 0, values }, k) => ({
      ...value(`w${k}`),
      data: { location, offset, length: values.byteLength },
    })),
    inputs: [value('x')],
    outputs: [value('y')],
  })
  await writeFile(join(folder, name), model(body))
  return join(folder, name)
}
