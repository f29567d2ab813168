import type { Extrapolator } from '../../extrapolate/extrapolator.ts'

/** What a run evaluates. */
export interface Route {
  /** Evaluated grid indices, then T. */
  readonly path: readonly number[]
  /** Those of them where only the conditional pass is run; none when omitted. */
  readonly conditional?: readonly number[]
}

/** Whole velocities, or the two parts of guidance, `v = c + g`, each with weights of its own. */
export type Parts = 1 | 2

/** Nodes whose vectors a jump combines, each list newest first; weights come in the same order, that of the state last. */
export interface Columns {
  readonly velocities: readonly number[]
  /** Empty for whole velocities. */
  readonly guidance: readonly number[]
  /** Whether the state the jump starts from has a weight beyond 1, see {@link closeRoute}. Default false. */
  readonly state?: boolean
}

/** Columns of the jump from position `m` of a route, `depth` of each part at most. */
export function columnsOf(
  { path, conditional = [] }: Route,
  m: number,
  depth: number,
  parts: Parts,
): Columns {
  const seen = path.slice(0, m + 1).reverse()
  const guidance = parts === 1 ? [] : seen.filter((node) => !conditional.includes(node)).slice(0, depth)
  return { velocities: seen.slice(0, depth), guidance }
}

/** Weights of the rule that fits start from, for both parts; columns beyond its depth get zeros. */
export function priorWeights(
  prior: Extrapolator,
  sigmas: readonly number[],
  { velocities, guidance }: Columns,
  to: number,
): Float64Array {
  const from = velocities[0]!
  const rows = [velocities, guidance].map((nodes) => ruleRow(prior, sigmas, nodes, from, to))
  return Float64Array.from(rows.flatMap((row) => [...row]))
}

/** Weights by a rule for the jump between two grid indices through velocities at `indices`, newest first. */
export function ruleRow(
  rule: Extrapolator,
  sigmas: readonly number[],
  indices: readonly number[],
  from: number,
  to: number,
): Float64Array {
  const weights = new Float64Array(indices.length)
  const nodes = indices.map((index) => sigmas[index]!)
  const count = Math.min(nodes.length, rule.depth)
  if (count > 0) rule.weights(weights, nodes, count, sigmas, from, to)
  return weights
}

/** Names the first `length` evaluations of a route; routes that begin alike share the name. */
export function prefixKey({ path, conditional = [] }: Route, length: number = path.length): string {
  return path
    .slice(0, length)
    .map((index) => (conditional.includes(index) ? `${index}g` : `${index}`))
    .join()
}

/** The first `length` entries of a route. */
export function prefixOf(route: Route, length: number): Route {
  return { ...route, path: route.path.slice(0, length) }
}
