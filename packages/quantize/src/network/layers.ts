import type { Model } from '../graph/model.ts'
import type { Node } from '../graph/node.ts'
import { elementTypes } from '../graph/tensor.ts'
import type { Constant } from '../weights/constants.ts'
import type { NetworkOptions, Reason } from './options.ts'

/** A node that multiplies by a constant weight. */
export interface Layer {
  readonly node: Node
  readonly weight: Constant
  readonly values: number
  /** Why it is left as it is; undefined where it is quantised. */
  readonly kept: Reason | undefined
}

/** All layers of a network in their order. */
export function layersOf(
  model: Model,
  constant: (name: string) => Constant | undefined,
  options: NetworkOptions,
): readonly Layer[] {
  const found = model.nodes.flatMap((node): Omit<Layer, 'kept'>[] => {
    if (!['MatMul', 'Gemm', 'Conv'].includes(node.op) || node.domain !== '') return []
    const weight = node.inputs[1] === undefined ? undefined : constant(node.inputs[1])
    if (weight === undefined || constant(node.inputs[0]!) !== undefined) return []
    return [{ node, weight, values: weight.dims.reduce((product, dim) => product * dim, 1) }]
  })
  const weighted = new Set(found.map(({ node }) => node))
  const [first, last, uses] = [nearInputs(model, weighted), nearOutputs(model, weighted), usesOf(model)]
  const reasonOf = (layer: Omit<Layer, 'kept'>): Reason | undefined => {
    if (first.has(layer.node)) return 'first layer'
    if (last.has(layer.node)) return 'last layer'
    // A convolution's weight is replaced under its own name, which nobody else may read.
    if (layer.node.op === 'Conv' && uses.get(layer.node.inputs[1]!) !== 1) return 'unusual form'
    return reasonIn(layer, options)
  }
  return found.map((layer) => ({ ...layer, kept: reasonOf(layer) }))
}

/** Why a layer is left as it is, wherever it stands. */
function reasonIn(
  { node, weight, values }: Omit<Layer, 'kept'>,
  { as, smallest }: NetworkOptions,
): Reason | undefined {
  if (node.op === 'Conv' && as !== 'int8') return 'convolution'
  const isFloat = weight.type === elementTypes.float32 || weight.type === elementTypes.float16
  const isPlain = node.op === 'Conv' || (weight.dims.length === 2 && isProduct(node))
  if (!isFloat || !isPlain) return 'unusual form'
  return values < smallest ? 'small' : undefined
}

/** `x W + b` and nothing else. */
function isProduct({ op, attributes }: Node): boolean {
  if (op !== 'Gemm') return true
  const one = (name: string): boolean => (attributes.get(name)?.float ?? 1) === 1
  return one('alpha') && one('beta') && (attributes.get('transA')?.whole ?? 0) === 0
}

/** How often each value is read, by the outside too. */
export function usesOf({ nodes, outputs }: Pick<Model, 'nodes' | 'outputs'>): Map<string, number> {
  const uses = new Map<string, number>()
  for (const name of [...nodes.flatMap((node) => [...node.inputs, ...node.captured]), ...outputs])
    uses.set(name, (uses.get(name) ?? 0) + 1)
  return uses
}

/** Layers that read nothing but the network's inputs and what is made of them without layers. */
function nearInputs({ nodes, inputs }: Model, layers: ReadonlySet<Node>): ReadonlySet<Node> {
  const reached = new Set(inputs)
  const beyond = new Set<string>()
  const near = new Set<Node>()
  for (const node of nodes) {
    const isBeyond = node.inputs.some((name) => beyond.has(name))
    if (!isBeyond && layers.has(node) && reached.has(node.inputs[0]!)) near.add(node)
    if (isBeyond || layers.has(node)) for (const name of node.outputs) beyond.add(name)
    else if (node.inputs.some((name) => reached.has(name))) for (const name of node.outputs) reached.add(name)
  }
  return near
}

/** Layers whose results come to the network's outputs without passing another layer. */
function nearOutputs({ nodes, outputs }: Model, layers: ReadonlySet<Node>): ReadonlySet<Node> {
  const reached = new Set(outputs)
  const near = new Set<Node>()
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((name) => reached.has(name))) continue
    if (layers.has(node)) near.add(node)
    else for (const name of node.inputs) reached.add(name)
  }
  return near
}
