import type { ConfigFile } from '@fastflow/core'
import type { Family } from './family.ts'

/**
 * The first family that reads a folder.
 *
 * @param index `model_index.json`.
 * @throws FastFlowError `unsupported` listing the class names that are known.
 */
export function familyOf(index: ConfigFile, known: readonly Family[]): Family {
  const found = known.find(({ classNames }) => classNames.includes(index.values._class_name as string))
  if (found !== undefined) return found
  throw index.unsupported('_class_name', known.flatMap(({ classNames }) => classNames).join(', '))
}
