import { shown } from '../check/shown.ts'
import { checkFunction, isSequence } from '../check/values.ts'
import { type FastFlowError, invalidArgument } from '../errors.ts'
import { isRecord } from '../json/json.ts'
import type { Stage } from './solver.ts'

/**
 * What `step` of a staged solver is called with. Looks at no element.
 *
 * @param scratch vectors that the solver needs.
 * @throws FastFlowError `invalid-argument` naming the part.
 */
export function checkStage<T>(stage: Stage<T>, scratch: number): void {
  if (!isRecord(stage)) throw wrong('stage', stage, 'what a run hands to the step')
  const { space, sigmas, index } = stage
  if (typeof space?.linearCombination !== 'function')
    throw wrong('stage.space', space, 'a VectorSpace, e.g. float32Space')
  if (!isSequence(sigmas)) throw wrong('stage.sigmas', sigmas, 'the sigmas of a schedule')
  if (!(Number.isInteger(index) && index >= 0 && index + 1 < sigmas.length))
    throw wrong('stage.index', index, `a grid index from 0 to ${sigmas.length - 2}`)
  if (!isVector(stage.x)) throw wrong('stage.x', stage.x, 'a state')
  if (!isVector(stage.velocity)) throw wrong('stage.velocity', stage.velocity, 'the velocity at the state')
  const vectors: unknown = stage.scratch
  if (!isSequence(vectors) || vectors.length < scratch)
    throw wrong('stage.scratch', vectors, `a list of ${scratch} vectors`)
  for (let k = 0; k < scratch; k++)
    if (!isVector(vectors[k])) throw wrong('stage.scratch', vectors, `a list of ${scratch} vectors`)
  checkFunction('stage.evaluate', stage.evaluate, 'async (out, x, index) => true')
}

/** Spaces know more of theirs. */
function isVector(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

function wrong(field: string, value: unknown, wanted: string): FastFlowError {
  return invalidArgument(field, `is ${shown(value)}; pass ${wanted}`)
}
