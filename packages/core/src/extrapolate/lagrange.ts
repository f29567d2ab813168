import { shown } from '../check/shown.ts'
import { checkWhole, isSequence } from '../check/values.ts'
import { invalidArgument } from '../errors.ts'

/**
 * Lagrange weights: `out[a] = prod_{b != a} (sigma - node_b) / (node_a - node_b)`, so that
 * `sum_a out[a] v(node_a)` is the polynomial through the nodes evaluated at `sigma`.
 *
 * `nodes` holds `count` distinct noise levels. Weights sum to 1.
 *
 * @throws FastFlowError `invalid-argument` for a sigma that is no number, or fewer nodes or places than `count`.
 */
export function lagrangeWeights(
  out: Float64Array,
  nodes: ArrayLike<number>,
  count: number,
  sigma: number,
): void {
  if (!Number.isFinite(sigma)) throw invalidArgument('sigma', `${shown(sigma)} is not a noise level`)
  checkWhole('count', count, 0)
  if (!(isSequence(nodes) && nodes.length >= count))
    throw invalidArgument('nodes', `${shown(nodes)} are not ${count} noise levels`)
  if (!(isSequence(out) && out.length >= count))
    throw invalidArgument('out', `${shown(out)} has no room for ${count} weights`)
  for (let a = 0; a < count; a++) {
    let product = 1
    for (let b = 0; b < count; b++) {
      if (b !== a) product *= (sigma - nodes[b]!) / (nodes[a]! - nodes[b]!)
    }
    out[a] = product
  }
}
