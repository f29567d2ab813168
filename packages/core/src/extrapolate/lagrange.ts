/**
 * Lagrange weights: `out[a] = prod_{b != a} (sigma - node_b) / (node_a - node_b)`, so that
 * `sum_a out[a] v(node_a)` is the polynomial through the nodes evaluated at `sigma`.
 *
 * `nodes` holds `count` distinct noise levels. Weights sum to 1.
 */
export function lagrangeWeights(
  out: Float64Array,
  nodes: ArrayLike<number>,
  count: number,
  sigma: number,
): void {
  for (let a = 0; a < count; a++) {
    let product = 1
    for (let b = 0; b < count; b++) {
      if (b !== a) product *= (sigma - nodes[b]!) / (nodes[a]! - nodes[b]!)
    }
    out[a] = product
  }
}
