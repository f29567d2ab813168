import type { Model } from '../graph/model.ts'
import type { Node } from '../graph/node.ts'
import { usesOf } from './layers.ts'

/** What only the weights of some layers needed: the casts, scales and tensors that they were made of. */
export function unusedWithout(
  model: Model,
  weights: readonly string[],
): { readonly nodes: ReadonlySet<Node>; readonly tensors: ReadonlySet<string> } {
  const uses = usesOf(model)
  const makers = new Map(model.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)))
  const nodes = new Set<Node>()
  const tensors = new Set<string>()
  const waiting = [...weights]
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const left = uses.get(name)! - 1
    uses.set(name, left)
    if (left > 0) continue
    const maker = makers.get(name)
    if (maker === undefined) tensors.add(name)
    else if (!nodes.has(maker)) {
      nodes.add(maker)
      waiting.push(...maker.inputs)
    }
  }
  return { nodes, tensors }
}
