import { basename, resolve } from 'node:path'
import { invalidArgument } from '@fastflow/core'
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
  const { as, networks, block, json } = options
  if (as === 'int8' && block !== undefined)
    throw invalidArgument('--block', 'goes with --as q8 and q4; int8 has one scale a column')
  const from = await findModel(io, model)
  // A model that is named lies where it was installed, which is no place for copies.
  const out = options.out ?? (from === resolve(io.cwd, model) ? undefined : `${basename(from)}-${as}`)
  const progress = createProgress(io, `quantize ${model}`)
  try {
    const done = await quantizeFolder(from, {
      as,
      signal: io.signal,
      ...(out !== undefined && { out: pathAt(io, out, '--out') }),
      ...(networks && { networks }),
      ...(block !== undefined && { blockSize: block as 32 | 64 | 128 }),
      onProgress: (_, layer, total) => progress.update(layer, total, 'layers'),
    })
    progress.end()
    io.out(json ? JSON.stringify(done, null, 2) : describe(done))
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
