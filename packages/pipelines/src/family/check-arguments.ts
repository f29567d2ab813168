import { type ConfigFile, invalidArgument, type ModelFolder, type Tensor } from '@fastflow/core'
import { checkMethods, checkNumber, checkWhole, isNumbers, isSequence, shown } from '@fastflow/core/backend'
import type { FamilySource } from './family.ts'
import type { Part } from './parts.ts'

// What those who write families hand to helpers. All throw FastFlowError `invalid-argument` that names what is wrong.

export function checkFolder(folder: ModelFolder, field = 'folder'): void {
  checkMethods(field, folder, ['has', 'read', 'load'], 'the folder that a family is asked to open')
}

export function checkConfig(config: ConfigFile, field = 'config'): void {
  checkMethods(field, config, ['at', 'has', 'whole', 'number', 'wrong'], 'what readConfig returned')
}

export function checkSource(source: FamilySource): void {
  checkMethods('source', source, [], 'what a family is asked to open')
  checkFolder(source.folder, 'source.folder')
  checkConfig(source.index, 'source.index')
  checkMethods('source.parts', source.parts, ['open', 'ready', 'dispose'], 'what a family is asked to open')
}

export function checkPart(part: Part, field = 'part'): void {
  checkMethods(field, part, ['use'], 'what source.parts.open returned')
}

/** An object whose fields are checked where they are used. */
export function checkObject(field: string, value: unknown, wanted: string): void {
  checkMethods(field, value, [], wanted)
}

/** Pixels. */
export function checkSize(field: string, size: { readonly width: number; readonly height: number }): void {
  checkObject(field, size, '{ width, height }')
  for (const side of ['width', 'height'] as const) checkWhole(`${field}.${side}`, size[side], 1)
}

export function checkTensor(field: string, tensor: Tensor): void {
  checkObject(field, tensor, '{ type, dims, data }')
  const { dims, data } = tensor
  if (!isNumbers(dims)) throw invalidArgument(`${field}.dims`, `${shown(dims)} is not a list of numbers`)
  if (!isSequence(data)) throw invalidArgument(`${field}.data`, `${shown(data)} is no typed array`)
}

/** Steps and guidance that a model has unless told otherwise. */
export function checkRunDefaults(field: string, defaults: object): void {
  checkObject(field, defaults, '{ numSteps, guidanceScale }')
  const { numSteps, guidanceScale } = defaults as Readonly<Record<string, unknown>>
  checkWhole(`${field}.numSteps`, numSteps, 1)
  checkNumber(`${field}.guidanceScale`, guidanceScale, 0)
}

/** A list, whatever it holds. */
export function checkItems(field: string, value: unknown): void {
  if (!Array.isArray(value)) throw invalidArgument(field, `${shown(value)} is not a list`)
}
