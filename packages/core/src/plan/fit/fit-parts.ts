import { defaultRidge, type FitBlock, type FitOptions, fitJump, type JumpEquations } from './fit.ts'
import type { Columns } from './route.ts'

/** What the guidance term weighs beyond its share in the whole velocity is pulled towards nothing more strongly. */
const guidanceRidge = 0.1

/**
 * {@link fitJump} for one or two parts of the velocity, and the state where it has a weight.
 *
 * Where both parts were evaluated at every node of a jump, the fit is one of whole velocities, `v = c + g`, and of what
 * the guidance terms weigh beyond that, with a ridge of its own: few runs settle the first well and the second less.
 */
export function fitColumns(
  samples: readonly JumpEquations[],
  prior: Float64Array,
  columns: Columns,
  options: FitOptions = {},
): Float64Array {
  const { velocities, guidance, state } = columns
  const { ridge = defaultRidge } = options
  const blocks: FitBlock[] = [
    { size: velocities.length, ridge },
    { size: guidance.length, ridge: Math.max(ridge, guidanceRidge) },
    { size: state ? 1 : 0, ridge },
  ]
  if (guidance.length === 0) return fitJump(samples, prior, options, blocks)
  const pairs = velocities.map((node, a): Pair => [a, velocities.length + guidance.indexOf(node)])
  if (velocities.some((node) => !guidance.includes(node))) return fitJump(samples, prior, options, blocks)
  const whole = prior.slice()
  for (const [a, b] of pairs) whole[b]! -= prior[a]!
  const fitted = fitJump(
    samples.map((sample) => asWhole(sample, pairs)),
    whole,
    options,
    blocks,
  )
  for (const [a, b] of pairs) fitted[b]! += fitted[a]!
  return fitted
}

/** Columns of a conditional velocity and of the guidance term at the same node. */
type Pair = readonly [velocity: number, guidance: number]

/** The same equations with whole velocities in place of the conditional ones. */
function asWhole({ basis, towards, distance }: JumpEquations, pairs: readonly Pair[]): JumpEquations {
  const depth = towards.length
  const sums = { basis: basis.slice(), towards: towards.slice(), distance }
  for (const [a, b] of pairs) {
    sums.towards[a]! += sums.towards[b]!
    for (let k = 0; k < depth; k++) sums.basis[a * depth + k]! += sums.basis[b * depth + k]!
    for (let k = 0; k < depth; k++) sums.basis[k * depth + a]! += sums.basis[k * depth + b]!
  }
  return sums
}
