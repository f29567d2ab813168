/** Characters of a foreign text, entries of a list or an object, and levels of them that an error shows. */
const CHARACTERS = 60
const ENTRIES = 4
const LEVELS = 2

/**
 * A foreign value in a few words, for error messages: as JSON where that is short, never long and never deep, whatever it
 * holds. Of long lists it shows where they begin and end.
 */
export function brief(value: unknown): string {
  return value === undefined ? 'missing' : short(value, LEVELS)
}

function short(value: unknown, levels: number): string {
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'bigint') return `${value}n`
  // Not entry by entry: it may hold millions.
  if (ArrayBuffer.isView(value)) return `a ${Object.prototype.toString.call(value).slice(8, -1)}`
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) {
    if (levels === 0) return 'a list'
    const { length } = value
    const shown = (from: number, to: number): string[] =>
      Array.from(value.slice(from, to), (entry) => short(entry, levels - 1))
    if (length <= ENTRIES) return `[${shown(0, length).join(',')}]`
    return `${length} values [${[...shown(0, 2), '...', ...shown(length - 2, length)].join(', ')}]`
  }
  const entries = Object.entries(value)
  if (levels === 0 || entries.length > ENTRIES) return 'an object'
  return `{${entries.map(([name, part]) => `${short(name, 0)}:${short(part, levels - 1)}`).join(',')}}`
}

/** As JSON, and what terminals would take for a command or a new line escaped, which JSON leaves as it is. */
function quoted(text: string): string {
  const cut = text.length > CHARACTERS ? `${text.slice(0, CHARACTERS)}...` : text
  return JSON.stringify(cut).replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Characters of the message of another library's error that an error shows. */
const REASON = 200

/** What somebody else's reader has against a foreign value, which it may quote at any length. */
export function reasonOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : brief(cause)
  return message.length > REASON ? `${message.slice(0, REASON)}...` : message
}

/**
 * Whether a foreign value says the same as one of ours, as JSON: names in any order, lists entry by entry. Looks no
 * deeper into it than ours goes.
 */
export function sameJson(foreign: unknown, own: unknown): boolean {
  if (typeof own !== 'object' || own === null) return foreign === own
  if (typeof foreign !== 'object' || foreign === null) return false
  if (Array.isArray(foreign) !== Array.isArray(own)) return false
  const names = Object.keys(own)
  const theirs = foreign as Readonly<Record<string, unknown>>
  const ours = own as Readonly<Record<string, unknown>>
  return (
    Object.keys(theirs).length === names.length &&
    names.every((name) => Object.hasOwn(theirs, name) && sameJson(theirs[name], ours[name]))
  )
}
