import { invalidArgument } from '@fastflow/core'
import { shown } from '@fastflow/core/backend'
import { visible } from './visible.ts'

/** A text on one line, with what nobody would see in it made visible. @throws FastFlowError `invalid-argument`. */
export function visibleLine(text: string): string {
  if (typeof text !== 'string') throw invalidArgument('text', `is ${shown(text)}; pass a text`)
  return visible(text.replaceAll(/\s*\n\s*/g, ' '))
}

/** Most characters that are shown of a name somebody else chose. */
const NAME = 100

/** What a document of others calls something: on one line, so that it cannot pass for lines of our own, and not for ever. @throws FastFlowError `invalid-argument`. */
export function foreignName(text: string): string {
  const line = visibleLine(text)
  return line.length <= NAME ? line : `${line.slice(0, NAME).replace(/[\ud800-\udbff]$/, '')}...`
}
