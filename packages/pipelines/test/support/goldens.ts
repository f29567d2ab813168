import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Folders that hold `<family>/pipeline`, a model as a user has it, and `<family>/golden`, what the real pipeline makes of it:
 * those of this package, and the one that FASTFLOW_REFERENCE names.
 */
export function familyFolders(): readonly string[] {
  const own = fileURLToPath(new URL('../fixtures/families', import.meta.url))
  return [own, process.env.FASTFLOW_REFERENCE]
    .filter((root) => root !== undefined && existsSync(root))
    .flatMap((root) => readdirSync(root!).map((name) => join(root!, name)))
    .filter((family) => existsSync(join(family, 'golden')))
}

export interface GoldenTensor {
  readonly dims: readonly number[]
  readonly data: Float32Array | BigInt64Array | Uint8Array
}

export interface GoldenCase {
  readonly name: string
  /** What the pipeline was called with, in its own words. */
  readonly call: Readonly<Record<string, unknown>>
  readonly document: {
    readonly sigmas: readonly number[]
    readonly scheduler: { readonly _class_name: string }
  }
  /** Undefined where the run had no such tensor. */
  tensor(name: string): GoldenTensor | undefined
}

/** The recorded runs of a family. */
export function goldenCases(family: string): readonly GoldenCase[] {
  const folder = join(family, 'golden')
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      const path = join(folder, file)
      const document = JSON.parse(readFileSync(path, 'utf8')) as Pick<GoldenCase, 'call'> &
        GoldenCase['document']
      return {
        name: `${basename(family)}: ${basename(file, '.json')}`,
        call: document.call,
        document,
        tensor: tensorsOf(path),
      }
    })
}

function tensorsOf(path: string): GoldenCase['tensor'] {
  const bytes = readFileSync(path.replace(/json$/, 'safetensors'))
  const start = 8 + Number(bytes.readBigUInt64LE())
  const header = JSON.parse(bytes.toString('utf8', 8, start)) as Record<
    string,
    { dtype: 'I64' | 'U8' | 'BOOL' | 'F32'; shape: number[]; data_offsets: [number, number] }
  >
  return (name) => {
    const entry = header[name]
    if (entry === undefined) return undefined
    const [begin, end] = entry.data_offsets
    const { buffer } = new Uint8Array(bytes.subarray(start + begin, start + end))
    const Data = { I64: BigInt64Array, U8: Uint8Array, BOOL: Uint8Array, F32: Float32Array }[entry.dtype]!
    return { dims: entry.shape, data: new Data(buffer) }
  }
}
