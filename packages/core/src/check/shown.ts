import { brief } from '../json/brief.ts'

/** An argument in a few words, for the message of an error: short whatever it is, and never an error itself. */
export function shown(value: unknown): string {
  return value === undefined ? 'undefined' : brief(value)
}
