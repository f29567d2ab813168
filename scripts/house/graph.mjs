// Directed graphs as maps from a name to the names it points to.

/** Groups of nodes that reach each other (Tarjan 1972), those with more than one member. */
export function circlesOf(graph) {
  const order = new Map()
  const low = new Map()
  const stack = []
  const open = new Set()
  const circles = []
  const visit = (node) => {
    order.set(node, order.size)
    low.set(node, order.get(node))
    stack.push(node)
    open.add(node)
    for (const next of graph.get(node) ?? []) {
      if (!order.has(next)) visit(next)
      if (open.has(next)) low.set(node, Math.min(low.get(node), low.get(next)))
    }
    if (low.get(node) !== order.get(node)) return
    const circle = stack.splice(stack.indexOf(node))
    for (const member of circle) open.delete(member)
    if (circle.length > 1) circles.push(circle.sort())
  }
  for (const node of graph.keys()) if (!order.has(node)) visit(node)
  return circles
}

/** Floor of each node: 0 for what uses nothing, else one above the highest it uses. Circles count as one node. */
export function floorsOf(graph) {
  const floors = new Map()
  const visit = (node, path) => {
    if (floors.has(node)) return floors.get(node)
    const used = [...(graph.get(node) ?? [])].filter((next) => next !== node && !path.has(next))
    const below = used.map((next) => visit(next, new Set([...path, node])))
    const floor = below.length > 0 ? 1 + Math.max(...below) : 0
    floors.set(node, floor)
    return floor
  }
  for (const node of graph.keys()) visit(node, new Set())
  return floors
}
