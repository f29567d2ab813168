import { invalidArgument } from '@fastflow/core'
import { shown } from '@fastflow/core/backend'
import type { ClassModelConfig } from './class-config.ts'

/** Class names an error lists: enough to see the mistake, short enough for one line. */
const LISTED = 20

/** Id of a class given by name or id. */
export function checkLabel({ labels, name }: ClassModelConfig, label: string | number): number {
  const id = typeof label === 'number' ? label : labels.indexOf(label)
  if (Number.isInteger(id) && id >= 0 && id < labels.length) return id
  const more = labels.length > LISTED ? ` and ${labels.length - LISTED} more` : ''
  const available = `${labels.slice(0, LISTED).join(', ')}${more}, or an id from 0 to ${labels.length - 1}`
  throw invalidArgument('class', `${shown(label)} is unknown to ${name}; available: ${available}`)
}
