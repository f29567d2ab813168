import { invalidArgument } from '@fastflow/core'
import { checkText, shown } from '@fastflow/core/backend'

/** Names of packages with a scope, which FastFlow's models are by. */
export const packageName: RegExp = /^(@[a-z0-9~][\w.~-]*\/[a-z0-9~][\w.~-]*)(?:@([\w.+~-]+))?$/

/** A word, in the end the name of a folder: none that is hidden, none that leads elsewhere. */
const word = /^[a-z0-9][\w.-]{0,99}$/i

/** @throws FastFlowError `invalid-argument`. */
export function checkName(name: string, field = 'name'): string {
  checkText(field, name, 'the name of a model, e.g. emoji')
  if (word.test(name) && !/\.$/.test(name)) return name
  throw invalidArgument(field, `${shown(name)} is no name of a model; use letters, digits, ".", "_" and "-"`)
}

/** What a model is called by default, e.g. `emoji` for `@fastflow/models-emoji`. */
export function nameFrom(source: string): string {
  const last = source.replaceAll('\\', '/').replace(/\/+$/, '').split('/').at(-1) ?? ''
  const bare = last.replace(/\.(tgz|tar\.gz|tar)$/i, '').replace(/^models-/, '')
  return bare.replaceAll(/[^\w.-]+/g, '-').replace(/^[^a-z0-9]+/i, '')
}
