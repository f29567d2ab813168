import {
  type Precision,
  type QuantizedFolder,
  type QuantizedNetwork,
  quantizeFolder,
} from '@fastflow/quantize'
import { pathAt } from '../files.ts'
import type { Io } from '../io.ts'
import { findModel } from '../models.ts'
import { createProgress } from '../progress.ts'

export interface QuantizeCommandOptions {
  readonly as: Precision
  readonly out?: string
  readonly networks?: readonly string[]
  readonly block?: number
  readonly json?: boolean
}

/** Writes a copy of a model folder whose networks hold quantised weights. */
export async function quantizeCommand(io: Io, model: string, options: QuantizeCommandOptions): Promise<void> {
  const { as, networks, block } = options
  const progress = createProgress(io, `quantize ${model}`)
  try {
    const done = await quantizeFolder(await findModel(io, model), {
      as,
      signal: io.signal,
      ...(options.out !== undefined && { out: pathAt(io, options.out, '--out') }),
      ...(networks && { networks }),
      ...(block !== undefined && { blockSize: block as 32 | 64 | 128 }),
      onProgress: (_, layer, total) => progress.update(layer, total, 'layers'),
    })
    io.out(options.json ? JSON.stringify(done, null, 2) : describe(done))
  } finally {
    progress.end()
  }
}

function describe({ out, networks }: QuantizedFolder): string {
  return [...networks.map(line), `written to ${out}`].join('\n')
}

function line({ path, layers, values, convolutions, kept, bytes }: QuantizedNetwork): string {
  const stored = convolutions > 0 ? `, ${convolutions} of them convolutions, in the file alone` : ''
  const left = kept.map((one) => `${one.layers} ${one.reason} (${one.values} weights)`).join(', ')
  const size = `${megabytes(bytes.before)} -> ${megabytes(bytes.after)} MB`
  return `${path}: ${layers} layers of ${values} weights quantised${stored}; kept: ${left || 'none'}; ${size}`
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}
