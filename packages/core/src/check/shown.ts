const LONGEST_TEXT = 60
const MOST_ENTRIES = 8

/** A value in a few words, for the message of an error: short whatever it is, and never an error itself. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) {
    const more = value.length > MOST_ENTRIES ? ', ...' : ''
    return `[${value.slice(0, MOST_ENTRIES).map(brief).join(', ')}${more}]`
  }
  return brief(value)
}

function brief(value: unknown): string {
  if (typeof value === 'string')
    return JSON.stringify(value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}...` : value)
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'bigint') return `${value}n`
  if (Array.isArray(value)) return 'a list'
  if (ArrayBuffer.isView(value)) return `a ${Object.prototype.toString.call(value).slice(8, -1)}`
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}
