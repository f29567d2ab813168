import { endOfString } from './outline.ts'

/**
 * Parses text in which `NaN` and `Infinity` stand at these places, outside of strings.
 *
 * `1e999` is valid JSON for Infinity. There is none for NaN, so that a list stands for it with a string that the text does
 * not have; a list, as that cannot be a name.
 *
 * @throws SyntaxError
 */
export function spellWords(text: string, words: readonly number[]): unknown {
  if (words.length === 0) return JSON.parse(text)
  const mark = unusedString(text)
  let spelled = ''
  let done = 0
  for (const at of words) {
    const [name, spelling] = text[at] === 'N' ? ['NaN', JSON.stringify([mark])] : ['Infinity', '1e999']
    // The spaces keep a word that runs into digits or other words an error; a sign belongs to it.
    const before = text[at - 1] === '-' ? '' : ' '
    spelled += `${text.slice(done, at)}${before}${spelling} `
    done = at + name!.length
  }
  return withNaN(JSON.parse(spelled + text.slice(done)), mark)
}

function unusedString(text: string): string {
  const strings = new Set<string>()
  for (let at = text.indexOf('"'); at >= 0; ) {
    const end = endOfString(text, at)
    strings.add(JSON.parse(text.slice(at, end + 1)))
    at = text.indexOf('"', end + 1)
  }
  let mark = 'NaN'
  while (strings.has(mark)) mark += 'N'
  return mark
}

/** The value with NaN in the place of `[mark]`; changes it. */
function withNaN(value: unknown, mark: string): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value) && value[0] === mark) return Number.NaN
  const parts = value as Record<string, unknown>
  for (const [name, part] of Object.entries(parts)) {
    const changed = withNaN(part, mark)
    // Only where something changed; and every name is an own one, so that none reaches a prototype.
    if (!Object.is(changed, part)) parts[name] = changed
  }
  return value
}
