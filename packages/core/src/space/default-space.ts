import { invalidArgument } from '../errors.ts'
import { float32Space } from './float32.ts'
import type { VectorSpace } from './vector-space.ts'

/** The space of a vector nobody has named one for. @throws FastFlowError `invalid-argument` where it is no Float32Array. */
export function defaultSpace<T>(x: T): VectorSpace<T> {
  if (x instanceof Float32Array) return float32Space as VectorSpace<unknown> as VectorSpace<T>
  throw invalidArgument('space', 'x is not a Float32Array: pass the VectorSpace it belongs to')
}
