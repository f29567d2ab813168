import { readFile, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type AbortSignalLike, FastFlowError } from '@fastflow/core'
import { type Encoded, externalDataLocations, throwIfAborted } from '@fastflow/core/backend'
import { type Model, readModel, writeModel } from '../graph/model.ts'
import { writeNode } from '../graph/node.ts'
import { type Tensor, writeTensor } from '../graph/tensor.ts'
import { constantsOf } from '../weights/constants.ts'
import { chunks } from './chunks.ts'
import { createDataFile, type DataFile } from './data-file.ts'
import { type Layer, layersOf } from './layers.ts'
import type { NetworkOptions, QuantizedNetwork, Reason } from './options.ts'
import { replacementOf, type Shared, ZERO } from './replace.ts'
import { unusedWithout } from './unused.ts'
import { damaged, openWeightFiles } from './weight-files.ts'

/** Constants below this many bytes stand in the model even where weights lie beside it. */
const BESIDE = 1024

/** First version of ONNX's operators with dynamic quantisation. */
const OPSET = 11

export interface NetworkPlaces {
  /** The network's file. */
  readonly from: string
  /** Where the quantised one goes; its weights lie beside it, in `<name>_data`, where those of the other did. */
  readonly to: string
  /** What errors and the result call it. */
  readonly name: string
}

/**
 * Writes a network with quantised weights. Weights beside the model are read, quantised and written one after the other.
 *
 * @param onLayer called with the layers done and all there are.
 * @throws FastFlowError `model-unreadable`, `unsupported` where there is nothing to quantise, `aborted`.
 */
export async function quantizeNetwork(
  { from, to, name }: NetworkPlaces,
  options: NetworkOptions,
  onLayer: (done: number, total: number) => void,
  signal: AbortSignalLike | undefined,
): Promise<QuantizedNetwork> {
  const bytes = await readFile(from)
  const [model, locations] = readable(name, () => [readModel(bytes), externalDataLocations(bytes)])
  const files = openWeightFiles(from, name)
  const location = `${basename(to)}_data`
  const data = locations.length > 0 ? await createDataFile(join(dirname(to), location), location) : undefined
  try {
    const own = model.tensors.filter((tensor) => !model.inputs.includes(tensor.name))
    if (options.as === 'int8' && (model.opsets.get('') ?? 0) < OPSET) throw tooOld(name, model)
    const layers = layersOf(model, constantsOf(model.nodes, own, files.bytesOf), options)
    const chosen = layers.filter(({ kept }) => kept === undefined)
    if (chosen.length === 0) throw nothingToDo(name, layers)
    const unused = unusedWithout(
      model,
      chosen.map(({ node }) => node.inputs[1]!),
    )
    const replaced = new Map(chosen.map((layer) => [layer.node, layer]))
    const [nodes, tensors]: [Encoded[], Encoded[]] = [[], []]
    if (options.as === 'int8') tensors.push(writeTensor(ZERO, ZERO.values))
    const shared: Shared = new Set()
    let done = 0
    for (const node of model.nodes) {
      if (unused.nodes.has(node)) continue
      const layer = replaced.get(node)
      if (layer) {
        throwIfAborted(signal, 'quantising')
        const replacement = await replacementOf(layer, options, shared)
        nodes.push(...replacement.nodes.map(writeNode))
        for (const tensor of replacement.tensors) tensors.push(await placed(tensor, tensor.values, data))
        done += 1
        onLayer(done, chosen.length)
      }
      if (layer === undefined || node.op === 'Conv') nodes.push([node.bytes])
    }
    for (const tensor of model.tensors.filter((one) => !unused.tensors.has(one.name)))
      tensors.push(await copied(tensor, files.bytesOf, data))
    await data?.close()
    const opsets = new Map(model.opsets)
    if (options.as !== 'int8') opsets.set('com.microsoft', opsets.get('com.microsoft') ?? 1)
    const pieces = writeModel({ opsets, rest: model.rest }, nodes, tensors)
    await writeFile(to, chunks(pieces), { flag: 'wx', flush: true })
    return {
      path: name,
      ...summaryOf(layers),
      bytes: {
        before: bytes.length + (await sizeOf(locations.map((one) => join(dirname(from), one)))),
        after: await sizeOf(data ? [to, join(dirname(to), location)] : [to]),
      },
    }
  } finally {
    await files.close()
    await data?.close().catch(() => {})
  }
}

function readable<Result>(name: string, read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    if (error instanceof RangeError) throw damaged(name, `is no ONNX model: ${error.message}`, error)
    throw error
  }
}

/** A constant as it goes into the model: within it, or where the data file has it. */
async function placed(
  tensor: Pick<Tensor, 'name' | 'dims' | 'type'>,
  values: Uint8Array,
  data: DataFile | undefined,
): Promise<Encoded> {
  return writeTensor(tensor, data && values.length >= BESIDE ? await data.append(values) : values)
}

async function copied(
  tensor: Tensor,
  bytesOf: (tensor: Tensor) => Promise<Uint8Array>,
  data: DataFile | undefined,
): Promise<Encoded> {
  if (tensor.place === undefined) return [tensor.bytes]
  return placed(tensor, await bytesOf(tensor), data)
}

async function sizeOf(paths: readonly string[]): Promise<number> {
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

function summaryOf(
  layers: readonly Layer[],
): Pick<QuantizedNetwork, 'layers' | 'values' | 'convolutions' | 'kept'> {
  const chosen = layers.filter(({ kept }) => kept === undefined)
  const valuesOf = (some: readonly Layer[]): number => some.reduce((sum, { values }) => sum + values, 0)
  const reasons = [...new Set(layers.flatMap(({ kept }) => kept ?? []))]
  return {
    layers: chosen.length,
    values: valuesOf(chosen),
    convolutions: chosen.filter(({ node }) => node.op === 'Conv').length,
    kept: reasons.map((reason: Reason) => {
      const some = layers.filter(({ kept }) => kept === reason)
      return { reason, layers: some.length, values: valuesOf(some) }
    }),
  }
}

function nothingToDo(name: string, layers: readonly Layer[]): FastFlowError {
  const reasons = [...new Set(layers.flatMap(({ kept }) => kept ?? []))].join(', ') || 'no layer has weights'
  const message = `${name}: there is nothing to quantise in this way (${reasons}); leave it as it is`
  return new FastFlowError({ code: 'unsupported', field: name, message })
}

function tooOld(name: string, { opsets }: Model): FastFlowError {
  const message = `${name}: its operators are of version ${opsets.get('')}, and int8 takes ${OPSET}; export it again`
  return new FastFlowError({ code: 'unsupported', field: name, message })
}
