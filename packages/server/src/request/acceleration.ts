import { invalidArgument } from '@fastflow/core'
import type { PlainAcceleration } from '../ports/job.ts'
import type { AccelerationBody, Quality, RequestBody } from './body.ts'

/** What `quality` stands for: how much of the full run is evaluated. */
const QUALITIES: Readonly<Record<Exclude<Quality, 'auto'>, PlainAcceleration>> = {
  low: { method: 'auto', nfe: 8 },
  medium: { method: 'auto', nfe: 12 },
  standard: { method: 'auto', nfe: 12 },
  high: 'off',
  hd: 'off',
}

/**
 * Which steps are evaluated, by `fastflow` or else by `quality`.
 *
 * @param usual what holds where neither says anything.
 * @throws FastFlowError `invalid-argument` for fields that exclude each other.
 */
export function accelerationOf(
  { quality = 'auto', fastflow }: Pick<RequestBody, 'quality' | 'fastflow'>,
  usual: PlainAcceleration,
): PlainAcceleration {
  if (fastflow === undefined || Object.keys(fastflow).length === 0)
    return quality === 'auto' ? usual : QUALITIES[quality]
  if (quality !== 'auto')
    throw invalidArgument('quality', `${quality} and fastflow both say how much to evaluate; leave one out`)
  return ofFastflow(fastflow)
}

function ofFastflow({ accelerate, nfe, passes, target }: AccelerationBody): PlainAcceleration {
  const given = Object.entries({ nfe, passes, target }).filter(([, value]) => value !== undefined)
  if (given.length > 1)
    throw invalidArgument(`fastflow.${given[1]![0]}`, `excludes ${given[0]![0]}; give one of them`)
  if (given.length === 0) return accelerate ?? 'auto'
  if (accelerate === 'off' || accelerate === 'paper')
    throw invalidArgument(
      `fastflow.${given[0]![0]}`,
      `goes with accelerate auto or plan, not ${accelerate}; change one, or leave it out`,
    )
  if (target !== undefined) return { target }
  return {
    method: accelerate ?? 'auto',
    ...(nfe !== undefined && { nfe }),
    ...(passes !== undefined && { passes }),
  }
}
