import { shown } from '../check/shown.ts'
import { invalidArgument } from '../errors.ts'

interface Sized {
  readonly [Symbol.toStringTag]?: unknown
  readonly length?: unknown
}

/**
 * What a velocity function returned, against the state it was given: a vector of the same kind and size. Looks at no element
 * and allocates nothing, once an evaluation.
 *
 * @throws FastFlowError `invalid-argument`, most often for a function that does not return.
 */
export function checkVelocity(velocity: unknown, x: unknown): void {
  if (typeof velocity !== 'object' || velocity === null)
    throw invalidArgument('velocity', `returned ${shown(velocity)}; return call.out or a vector like x`)
  const own: Sized = velocity
  const like = x as Sized
  // The tag rather than `instanceof`, which fails across realms (workers, iframes, test runners).
  if (own[Symbol.toStringTag] !== like[Symbol.toStringTag] || Array.isArray(own) !== Array.isArray(like))
    throw invalidArgument(
      'velocity',
      `returned ${shown(velocity)}, the state is ${shown(x)}; return one like x`,
    )
  if (own.length === like.length) return
  const sizes = `has ${own.length} values, the state ${like.length}`
  throw invalidArgument('velocity', `the returned vector: ${sizes}; return call.out or a vector like x`)
}
