import { FastFlowError } from '@fastflow/core'
import { buildLpips, type LpipsNet, readSafetensors } from '@fastflow/proxies'
import { installedPath, needed } from '../cache.ts'
import { pathAt, prepareFile, writeWhole } from '../files.ts'
import type { Io } from '../io.ts'
import { readLocal, readWeights } from '../proxies/read-weights.ts'
import { KNOWN_DIGESTS, weightsDigest } from '../proxies/weights-digest.ts'
import { sha256 as digestOf } from '../sha256.ts'

export interface ProxiesBuildOptions {
  readonly weights: string
  readonly out: string
  readonly spatial?: boolean
  readonly json?: boolean
}

export interface ProxiesAddOptions {
  /** Folder, file or http(s) address. */
  readonly from: string
  readonly net: LpipsNet
  /** SHA-256 of the file to accept, where its weights are not known. */
  readonly sha256?: string
  readonly json?: boolean
}

/** An ONNX file of LPIPS from its weights. */
export async function proxiesBuildCommand(io: Io, options: ProxiesBuildOptions): Promise<void> {
  const out = pathAt(io, options.out, '--out')
  await prepareFile(io, out, '--out')
  const bytes = await readLocal(pathAt(io, options.weights, '--weights'), '--weights')
  const { net, model } = buildLpips(bytes, { spatial: options.spatial ?? false, name: options.weights })
  await write(io, out, net, model, options.json)
}

/** Installs LPIPS, from weights whose digest is known or named. */
export async function proxiesAddCommand(io: Io, options: ProxiesAddOptions): Promise<void> {
  const { from, net } = options
  const path = needed(installedPath(io, `lpips-${net}.onnx`))
  await prepareFile(io, path, '--out')
  const bytes = await readWeights(io, from, net)
  const { net: found, model } = buildLpips(bytes, { name: from })
  if (found !== net) throw refused('--net', `${from} holds weights of ${found}; give --net ${found}`)
  checkDigest(bytes, options)
  await write(io, path, net, model, options.json)
}

function checkDigest(bytes: Uint8Array, { from, net, sha256 }: ProxiesAddOptions): void {
  const file = digestOf(bytes)
  if (sha256 !== undefined) {
    if (sha256.toLowerCase() === file) return
    throw refused('--sha256', `${from} has ${file}; download it again, or correct the digest`)
  }
  if (weightsDigest(readSafetensors(bytes, from)) === KNOWN_DIGESTS[net]) return
  const known = KNOWN_DIGESTS[net] === undefined ? 'are not known here' : 'are not the published ones'
  throw refused('--from', `the weights of ${from} ${known}; if you trust them, add --sha256 ${file}`)
}

function refused(field: string, problem: string): FastFlowError {
  return new FastFlowError({ code: 'model-mismatch', field, message: `${field}: ${problem}` })
}

async function write(io: Io, path: string, net: LpipsNet, model: Uint8Array, json?: boolean): Promise<void> {
  await writeWhole(path, model)
  const size = model.length
  if (json) io.out(JSON.stringify({ proxy: `lpips-${net}`, file: path, bytes: size }, null, 2))
  else io.out(`lpips-${net}: ${path} (${(size / 1e6).toFixed(1)} MB)`)
}
