import { invalidArgument } from '../errors.ts'
import { isRecord } from '../json/json.ts'
import { nearest } from './nearest.ts'
import { shown } from './shown.ts'

/**
 * The names that an options object may have. Written as `const names: OptionNames<Options> = { ... }`, a name that is
 * missing, or one too many, does not compile.
 */
export type OptionNames<Options> = { readonly [Name in keyof Options]-?: true }

/**
 * Refuses what is no options object, and names that no option has; `undefined` stands for "not given". Values are for others
 * to check.
 *
 * @param field what errors call the object; an unknown name is called `name`, or `field.name` in a nested object.
 * @throws FastFlowError `invalid-argument` with the nearest known name and all of them.
 */
export function checkOptions(field: string, options: unknown, known: Readonly<Record<string, true>>): void {
  const names = Object.keys(known).join(', ')
  if (!isRecord(options))
    throw invalidArgument(field, `${shown(options)} is not an object; pass { ${names} }`)
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || Object.hasOwn(known, name)) continue
    const meant = nearest(name, Object.keys(known))
    const hint = meant === undefined ? '' : `did you mean ${meant}? `
    const path = field === 'options' ? name : `${String(field)}.${name}`
    throw invalidArgument(path, `is not an option here; ${hint}available: ${names || 'none'}`)
  }
}
