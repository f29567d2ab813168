import { FastFlowError } from '@fastflow/core'
import { checkFileBytes, type NamedTensor, readSafetensors } from '../safetensors/read-safetensors.ts'
import { alex } from './alex.ts'
import type { Backbone, LpipsNet, Shapes } from './backbone.ts'
import { squeeze } from './squeeze.ts'
import { vgg } from './vgg.ts'

export const BACKBONES: Readonly<Record<LpipsNet, Backbone>> = { alex, squeeze, vgg }

/** The weights of one LPIPS network, checked. */
export interface LpipsWeights {
  readonly net: LpipsNet
  readonly tensors: ReadonlyMap<string, NamedTensor>
}

/** Name of the k-th linear head's weights in the file. */
export const headName = (k: number): string => `lin${k}.weight`

/**
 * Reads LPIPS weights: the convolutions under torchvision's names (`features.0.weight`, ...) and the linear heads as
 * `lin0.weight`, ..., of shape [channels] or [1, channels, 1, 1]. Which network it is follows from the names.
 *
 * @param weights the bytes of the file, or what `readSafetensors` made of them.
 * @throws FastFlowError `invalid-argument` for anything else, `model-unreadable` for a damaged file, `model-mismatch` naming a tensor that is missing, unknown or of
 *   another shape, or a head below 0.
 */
export function readLpipsWeights(
  weights: Uint8Array | ReadonlyMap<string, NamedTensor>,
  name?: string,
): LpipsWeights {
  const tensors = weights instanceof Map ? checkTensors(weights) : readWeights(weights, name)
  const net = netOf(tensors)
  const { shapes, channels } = BACKBONES[net]
  checkShapes(tensors, net, shapes, channels.length)
  channels.forEach((count, k) => {
    checkHead(tensors.get(headName(k)), net, headName(k), count)
  })
  return { net, tensors }
}

function readWeights(weights: unknown, name?: string): ReadonlyMap<string, NamedTensor> {
  checkFileBytes('weights', weights)
  return readSafetensors(weights, name)
}

/** Maps are anyone's to make: what is in this one is as unknown as the bytes of a file. */
function checkTensors(tensors: ReadonlyMap<string, NamedTensor>): ReadonlyMap<string, NamedTensor> {
  for (const [name, tensor] of tensors) {
    const { shape, data } = tensor ?? {}
    const size = Array.isArray(shape) ? shape.reduce((product, length) => product * length, 1) : -1
    if (!(data instanceof Float32Array) || data.length !== size)
      throw mismatch(String(name), 'is no { shape, data } of float32 values, as readSafetensors makes them')
    if (!data.every(Number.isFinite)) throw mismatch(name, 'holds NaN or Infinity')
  }
  return tensors
}

function netOf(tensors: ReadonlyMap<string, NamedTensor>): LpipsNet {
  if (tensors.has('features.3.squeeze.weight')) return 'squeeze'
  if (tensors.has('features.28.weight')) return 'vgg'
  if (tensors.has('features.3.weight')) return 'alex'
  const available =
    'alex, squeeze and vgg have features.3.weight, features.3.squeeze.weight, features.28.weight'
  throw mismatch('weights', `are of no network that LPIPS uses: ${available}`)
}

function checkShapes(
  tensors: ReadonlyMap<string, NamedTensor>,
  net: LpipsNet,
  shapes: Shapes,
  heads: number,
): void {
  for (const [name, shape] of Object.entries(shapes)) {
    const found = tensors.get(name)?.shape
    if (found === undefined) throw mismatch(name, `is missing; LPIPS-${net} needs it`)
    if (found.join() !== shape.join()) {
      throw mismatch(name, `has shape [${found.join(', ')}]; LPIPS-${net} needs [${shape.join(', ')}]`)
    }
  }
  const known = new Set([...Object.keys(shapes), ...Array.from({ length: heads }, (_, k) => headName(k))])
  const unknown = [...tensors.keys()].find((name) => !known.has(name))
  if (unknown !== undefined) throw mismatch(unknown, `belongs to no layer of LPIPS-${net}`)
}

function checkHead(head: NamedTensor | undefined, net: LpipsNet, name: string, count: number): void {
  if (head === undefined) throw mismatch(name, `is missing; LPIPS-${net} needs its linear heads`)
  const shape = head.shape.join()
  if (shape !== `${count}` && shape !== `1,${count},1,1`) {
    throw mismatch(name, `has shape [${head.shape.join(', ')}]; LPIPS-${net} needs [${count}]`)
  }
  const least = head.data.findIndex((value) => value < 0)
  if (least >= 0)
    throw mismatch(name, `holds ${head.data[least]} at ${least}; the heads of LPIPS are not negative`)
}

function mismatch(field: string, problem: string): FastFlowError {
  const message = `${field}: ${problem}; give the LPIPS v0.1 weights, backbone and heads in one safetensors file`
  return new FastFlowError({ code: 'model-mismatch', field, message })
}
