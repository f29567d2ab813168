import { invalidArgument } from '@fastflow/core'
import type { ClassModelConfig } from './config.ts'
import { MAX_GUIDANCE, MAX_SEED, MAX_STEPS } from './limits.ts'

/** Class names an error lists: enough to see the mistake, short enough for one line. */
const LISTED = 20

/** Id of a class given by name or id. */
export function checkLabel({ labels, name }: ClassModelConfig, label: string | number): number {
  const id = typeof label === 'number' ? label : labels.indexOf(label)
  if (Number.isInteger(id) && id >= 0 && id < labels.length) return id
  const more = labels.length > LISTED ? ` and ${labels.length - LISTED} more` : ''
  const available = `${labels.slice(0, LISTED).join(', ')}${more}, or an id from 0 to ${labels.length - 1}`
  throw invalidArgument('class', `${JSON.stringify(label)} is unknown to ${name}; available: ${available}`)
}

export function checkCount(count: number): number {
  if (Number.isInteger(count) && count >= 1) return count
  throw invalidArgument('count', `${count} is not a whole number of at least 1`)
}

/** The first of `count` seeds in a row. */
export function checkSeed(seed: number, count = 1): number {
  if (!(Number.isInteger(seed) && seed >= 0 && seed <= MAX_SEED))
    throw invalidArgument('seed', `${seed} is not a whole number from 0 to ${MAX_SEED}`)
  if (seed + count - 1 <= MAX_SEED) return seed
  throw invalidArgument('seed', `${seed} leaves no seeds for ${count} images; the last one is ${MAX_SEED}`)
}

export function checkNumSteps(config: ClassModelConfig, numSteps: number = config.numSteps): number {
  if (Number.isInteger(numSteps) && numSteps >= 1 && numSteps <= MAX_STEPS) return numSteps
  throw invalidArgument('numSteps', `${numSteps} is not a whole number from 1 to ${MAX_STEPS}`)
}

export function checkGuidance(config: ClassModelConfig, scale: number = config.guidanceScale): number {
  if (!(typeof scale === 'number' && scale >= 0 && scale <= MAX_GUIDANCE))
    throw invalidArgument('guidanceScale', `${scale} is not a number from 0 to ${MAX_GUIDANCE}`)
  if (scale === 1 || config.nullClass !== undefined) return scale
  throw invalidArgument('guidanceScale', `${config.name} has no unconditional class; only 1 is possible`)
}
