import { shown } from '../check/shown.ts'
import { isSequence } from '../check/values.ts'
import { invalidArgument } from '../errors.ts'

/**
 * What `weights` of an extrapolator is called with: room for the weights, their noise levels, and a jump on the grid. Looks at
 * no element.
 *
 * @throws FastFlowError `invalid-argument` naming the argument.
 */
export function checkJump(
  out: unknown,
  nodes: unknown,
  count: number,
  depth: number,
  sigmas: unknown,
  from: number,
  to: number,
): void {
  if (!(Number.isInteger(count) && count >= 0 && count <= depth))
    throw invalidArgument('count', `${shown(count)} is not a whole number from 0 to ${depth}`)
  if (!(isSequence(out) && out.length >= count))
    throw invalidArgument('out', `${shown(out)} has no room for ${count} weights`)
  if (!(isSequence(nodes) && nodes.length >= count))
    throw invalidArgument('nodes', `${shown(nodes)} are not ${count} noise levels`)
  if (!isSequence(sigmas)) throw invalidArgument('sigmas', `${shown(sigmas)} is not a grid of noise levels`)
  if (!(Number.isInteger(from) && from >= 0 && from < sigmas.length))
    throw invalidArgument('from', `${shown(from)} is not an index of the grid`)
  if (!(Number.isInteger(to) && to >= from && to < sigmas.length))
    throw invalidArgument('to', `${shown(to)} is not an index of the grid from ${from} on`)
}
