import { visible } from './visible.ts'

/** A text on one line, with what nobody would see in it made visible. */
export function visibleLine(text: string): string {
  return visible(text.replaceAll(/\s*\n\s*/g, ' '))
}

/** Most characters that are shown of a name somebody else chose. */
const NAME = 100

/** What a document of others calls something: on one line, so that it cannot pass for lines of our own, and not for ever. */
export function foreignName(text: string): string {
  const line = visibleLine(text)
  return line.length <= NAME ? line : `${line.slice(0, NAME).replace(/[\ud800-\udbff]$/, '')}...`
}
