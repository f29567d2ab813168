/** What Python calls white space, as part of a regular expression. */
export const SPACE = '[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]'

const around = new RegExp(`^${SPACE}+|${SPACE}+$`, 'g')
const runs = new RegExp(`${SPACE}+`, 'g')

/** Without white space round it. */
export function strip(text: string): string {
  return text.replace(around, '')
}

/** The same, and runs of white space within as one space. */
export function collapse(text: string): string {
  return strip(text.replace(runs, ' '))
}
