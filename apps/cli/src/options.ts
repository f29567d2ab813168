import { invalidArgument } from '@fastflow/core'

/** Parser for a whole number within bounds, for commander. */
export function wholeNumber(option: string, low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^-?\d+$/.test(text) && value >= low && value <= high) return value
    throw invalidArgument(option, `"${text}" is not a whole number from ${low} to ${high}`)
  }
}

/** Parser for a number within bounds, for commander. */
export function decimal(option: string, low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() !== '' && value >= low && value <= high) return value
    throw invalidArgument(option, `"${text}" is not a number from ${low} to ${high}`)
  }
}

/** Parser for a comma-separated list of whole numbers, for commander. */
export function wholeNumbers(option: string, low: number, high: number): (text: string) => number[] {
  const parse = wholeNumber(option, low, high)
  return (text) => text.split(',').map((part) => parse(part.trim()))
}

/** Parser for the lower and the higher end of an interval, for commander. */
export function interval(option: string, low: number, high: number): (text: string) => [number, number] {
  return (text) => {
    const [from = NaN, to = NaN, ...more] = text.split(',').map((part) => decimal(option, low, high)(part))
    if (from <= to && more.length === 0) return [from, to]
    throw invalidArgument(option, `"${text}" is not two numbers, the lower one first, such as 0.1,0.8`)
  }
}

/** Parser for a width and a height in pixels, for commander; which ones are possible is the model's matter. */
export function size(option: string): (text: string) => { width: number; height: number } {
  return (text) => {
    const [, width, height] = /^(\d+) ?[x×*] ?(\d+)$/i.exec(text.trim()) ?? []
    if (width !== undefined && height !== undefined) return { width: Number(width), height: Number(height) }
    throw invalidArgument(option, `"${text}" is not a width and a height in pixels, such as 1024x768`)
  }
}

/** Parser for the path of a folder, for commander: an empty one, such as of a variable that is not set, is none. */
export function folder(option: string): (text: string) => string {
  return (text) => {
    if (text !== '') return text
    throw invalidArgument(option, `is empty; give a folder, or leave ${option} out`)
  }
}

/** Parser for a comma-separated list, for commander. */
export function list(text: string): string[] {
  return text.split(',').map((part) => part.trim())
}

/** Parser for one word of a list, for commander. */
export function oneOf<const Word extends string>(
  option: string,
  words: readonly Word[],
): (text: string) => Word {
  return (text) => {
    const word = words.find((candidate) => candidate === text)
    if (word !== undefined) return word
    throw invalidArgument(option, `"${text}" is not one of ${words.join(', ')}`)
  }
}

/**
 * Refuses options that belong to another choice than the one made.
 *
 * @param owned for each choice, its own options with what was given for them.
 */
export function onlyWith(
  option: string,
  choice: string,
  owned: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): void {
  for (const [owner, options] of Object.entries(owned)) {
    const given = Object.keys(options).find((name) => options[name] !== undefined)
    if (owner === choice || given === undefined) continue
    throw invalidArgument(
      given,
      `goes with ${option} ${owner}, not ${choice}; change one, or leave ${given} out`,
    )
  }
}
