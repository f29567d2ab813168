/** Keys by their UTF-16 units, in one hash table of edges. */
export interface Trie {
  /** The node behind an edge; -1 for none. The root is 0. */
  step(node: number, unit: number): number
  /** The value of the key that ends at a node; -1 for none. */
  value(node: number): number
}

/** @param keys later ones take the place of equal ones before them. */
export function createTrie(keys: Iterable<readonly [string, number]>): Trie {
  const edges = new Map<number, number>()
  const values: number[] = [-1]
  for (const [key, value] of keys) {
    let node = 0
    for (let k = 0; k < key.length; k++) {
      const edge = node * 0x1_0000 + key.charCodeAt(k)
      let next = edges.get(edge)
      if (next === undefined) {
        next = values.length
        values.push(-1)
        edges.set(edge, next)
      }
      node = next
    }
    values[node] = value
  }
  return {
    step: (node, unit) => edges.get(node * 0x1_0000 + unit) ?? -1,
    value: (node) => values[node]!,
  }
}
