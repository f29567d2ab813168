import { checkMethods } from '../check/values.ts'

const methods = [
  'allocate',
  'clone',
  'release',
  'linearCombination',
  'dot',
  'meanSquaredDifference',
  'isFinite',
] as const

/** A vector space from outside. @throws FastFlowError `invalid-argument` naming the method it lacks. */
export function checkSpace(space: unknown): void {
  checkMethods('space', space, methods, 'a VectorSpace, e.g. float32Space')
}
