import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { type AbortSignalLike, FastFlowError } from '@fastflow/core'
import {
  checkCallback,
  checkOneOf,
  checkOptions,
  checkSignal,
  checkText,
  checkWhole,
  type OptionNames,
} from '@fastflow/core/backend'
import { type Precision, precisions, type QuantizedNetwork } from '../network/options.ts'
import { quantizeNetwork } from '../network/quantize-network.ts'
import { copyFiles } from './copy-files.ts'
import { NETWORK_FILE, networksOf } from './networks.ts'

export interface QuantizeOptions {
  readonly as: Precision
  /** Folder to write, which must not be there yet. Default: the folder's own name with `-int8`, `-q8` or `-q4` behind it. */
  readonly out?: string
  /** Names of the folders of networks to quantise. Default: those that give the velocity (`transformer`, `transformer_2`, `unet`). */
  readonly networks?: readonly string[]
  /** Weights that share a scale, for `q8` and `q4`: 32 (default), 64 or 128. */
  readonly blockSize?: 32 | 64 | 128
  /** Layers with fewer weights stay as they are. Default 1024. */
  readonly smallest?: number
  /** Layers done of all layers of a network. */
  readonly onProgress?: (network: string, done: number, total: number) => void
  readonly signal?: AbortSignalLike
}

/** What was written. */
export interface QuantizedFolder {
  readonly out: string
  readonly as: Precision
  readonly networks: readonly QuantizedNetwork[]
}

const names: OptionNames<QuantizeOptions> = {
  as: true,
  out: true,
  networks: true,
  blockSize: true,
  smallest: true,
  onProgress: true,
  signal: true,
}

/**
 * A copy of a model folder whose velocity networks hold quantised weights. All other files are copied as they are, but for
 * `policies/`: what was planned for the network is another network's plan, and the digest says so.
 *
 * The folder appears whole or not at all. Weights that lie beside a network are read, quantised and written one after the other:
 * memory is that of the largest, a few times over. Cost: no evaluation.
 *
 * - `int8`: matrix products of whole numbers; activations become 8 bits as they come, with one scale a tensor. Convolutions keep
 *   weights of 8 bits in the file and are computed as before.
 * - `q8`, `q4`: weights in blocks with a scale each (`MatMulNBits` of onnxruntime); convolutions stay as they are.
 *
 * First and last layers, norms and matrices too small to gain stay as they are; `networks[i].kept` counts them.
 *
 * @param folder the path of a model folder.
 * @throws FastFlowError `invalid-argument` naming the option, `model-not-found`, `model-unreadable`, `unsupported` for networks
 *   without anything to quantise, `output-unwritable`, `aborted`.
 */
export async function quantizeFolder(folder: string, options: QuantizeOptions): Promise<QuantizedFolder> {
  checkText('folder', folder, 'the path of a model folder')
  checkOptions('options', options, names)
  const { as, blockSize = 32, smallest = 1024, onProgress, signal } = options
  checkOneOf('as', as, precisions)
  if (![32, 64, 128].includes(blockSize)) throw badBlock(blockSize)
  checkWhole('smallest', smallest, 1)
  checkCallback('onProgress', onProgress, '(network, done, total) => ...')
  checkSignal(signal)
  if (options.out !== undefined) checkText('out', options.out, 'the folder to write')
  const from = resolve(folder)
  const networks = await networksOf(from, options.networks)
  const out = resolve(options.out ?? join(dirname(from), `${basename(from)}-${as}`))
  await checkFree(out, from)
  const draft = join(dirname(out), `.${basename(out)}.${randomUUID()}.tmp`)
  try {
    await mkdir(dirname(out), { recursive: true }).then(() => mkdir(draft))
  } catch (cause) {
    throw unwritable(out, 'it cannot be made', cause)
  }
  try {
    await copyFiles(from, draft, networks, signal)
    const done: QuantizedNetwork[] = []
    for (const name of networks) {
      const path = join(name, NETWORK_FILE)
      const places = { from: join(from, path), to: join(draft, path), name: `${name}/${NETWORK_FILE}` }
      const onLayer = (layer: number, total: number): void => onProgress?.(name, layer, total)
      done.push(await quantizeNetwork(places, { as, blockSize, smallest }, onLayer, signal))
    }
    const note = { as, ...(as !== 'int8' && { blockSize }), networks: done }
    await writeFile(join(draft, 'quantization.json'), `${JSON.stringify(note, null, 2)}\n`)
    await rename(draft, out)
    return { out, as, networks: done }
  } catch (error) {
    await rm(draft, { recursive: true, force: true }).catch(() => {})
    throw isFileError(error) ? unwritable(out, error.message, error) : error
  }
}

function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error
}

async function checkFree(out: string, from: string): Promise<void> {
  if (out === from || out.startsWith(join(from, '/')))
    throw unwritable(out, 'it lies in the folder that is read; name another one')
  const there = await stat(out).catch(() => undefined)
  if (there) throw unwritable(out, 'it is there already; remove it, or name another one')
}

function unwritable(out: string, why: string, cause?: unknown): FastFlowError {
  return new FastFlowError({
    code: 'output-unwritable',
    field: 'out',
    message: `out: cannot write ${out}: ${why}`,
    cause,
  })
}

function badBlock(given: unknown): FastFlowError {
  const message = `blockSize: ${String(given)} is none of 32, 64 and 128`
  return new FastFlowError({ code: 'invalid-argument', field: 'blockSize', message })
}
