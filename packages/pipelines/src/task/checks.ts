import { invalidArgument } from '@fastflow/core'
import { checkNumber, checkOptions, checkWhole, shown } from '@fastflow/core/backend'
import { MAX_GUIDANCE, MAX_SEED, MAX_STEPS } from './limits.ts'
import { checkOptionValues } from './option-checks.ts'
import { type FlowOptions, type ModelOption, modelOptions } from './options.ts'
import type { Guidance } from './run.ts'
import type { TaskModel } from './task-model.ts'

/** Refuses options that nothing knows, those of other models, and values that are wrong whatever the model. */
export function checkTaskOptions(
  { task, name, options: taken }: TaskModel,
  options: FlowOptions | object,
  known: Readonly<Record<string, true>>,
): void {
  checkOptions('options', options, known)
  for (const [option, value] of Object.entries(options)) {
    if (value === undefined || !Object.hasOwn(modelOptions, option)) continue
    if (taken.includes(option as ModelOption)) continue
    const owners = modelOptions[option as ModelOption]
    throw invalidArgument(option, `goes with ${owners}; ${name} is a ${task} model, leave it out`)
  }
  checkOptionValues(options)
}

/** One subject or several, as a list. Each is checked by the model. */
export function checkSubjects(
  subject: string | number | readonly (string | number)[],
): readonly (string | number)[] {
  if (!Array.isArray(subject)) return [subject as string | number]
  if (subject.length > 0) return subject
  throw invalidArgument('subject', 'is an empty list; pass a class or a prompt, or several')
}

export function checkCount(count: number = 1): number {
  return checkWhole('count', count, 1)
}

/** The first of `count` seeds in a row. */
export function checkSeed(seed: number = 0, count = 1): number {
  if (!(Number.isInteger(seed) && seed >= 0 && seed <= MAX_SEED))
    throw invalidArgument('seed', `${shown(seed)} is not a whole number from 0 to ${MAX_SEED}`)
  if (seed + count - 1 <= MAX_SEED) return seed
  throw invalidArgument('seed', `${seed} leaves no seeds for ${count} images; the last one is ${MAX_SEED}`)
}

export function checkNumSteps(
  model: Pick<TaskModel, 'defaults'>,
  numSteps: number = model.defaults.numSteps,
): number {
  return checkWhole('numSteps', numSteps, 1, MAX_STEPS)
}

export function checkGuidance(
  model: Pick<TaskModel, 'name' | 'defaults' | 'guided'>,
  scale: number = model.defaults.guidanceScale,
): number {
  checkNumber('guidanceScale', scale, 0, MAX_GUIDANCE)
  if (scale === 1 || model.guided) return scale
  throw invalidArgument(
    'guidanceScale',
    `${model.name} has no unconditional class; only 1 is possible, which is without guidance`,
  )
}

/** What the user should know of a scale that leaves out what was asked for. */
export function guidanceNotes(
  { task, guided }: TaskModel,
  { guidanceScale, guidanceInterval }: Guidance,
): readonly string[] {
  if (!guided || guidanceScale !== 0) return []
  const [left, rest] =
    task === 'class-to-image'
      ? ['class', 'no class']
      : ['prompt', 'the negative prompt alone, if there is one']
  const where = guidanceInterval === undefined ? '' : ' where guidance acts'
  return [
    `guidanceScale: 0 ignores the ${left}${where} and follows ${rest}; 1 follows the ${left} with guidance switched off, more follows it more closely`,
  ]
}
