import { describe, expect, it } from 'vitest'

/** Packages by the name they are imported by. */
export type Packages = Readonly<Record<string, unknown>>

/**
 * Runs every `js` block of a README and compares what it prints with the comments behind its `console.log` lines. Imports
 * become look-ups in `packages`.
 *
 * @param edit of a block before it runs, such as a path that readers fill in.
 */
export function describeExamples(
  readme: string,
  packages: Packages,
  edit: (source: string) => string = (source) => source,
): void {
  describe('README', () => {
    it.each(examplesOf(readme))('example %# prints what its comments say', async (source) => {
      const printed = await runExample(edit(source), packages)
      expect(printed).toEqual(promisesOf(source))
      expect(printed.length).toBeGreaterThan(0)
    })
  })
}

/** The `js` blocks of a README. */
export function examplesOf(readme: string): readonly string[] {
  return [...readme.replaceAll('\r\n', '\n').matchAll(/```js\n(.*?)```/gs)].map((match) => match[1]!)
}

/** What a block says that it prints: the comments behind its `console.log` lines. */
export function promisesOf(source: string): readonly string[] {
  return [...source.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm)].map((match) => match[1]!)
}

/** Runs one block. @returns what it prints, a line a call. */
export async function runExample(source: string, packages: Packages): Promise<readonly string[]> {
  const printed: string[] = []
  await runnable(source, packages)({ log: (...values) => printed.push(values.map(String).join(' ')) })
  return printed
}

/** A block as the body of an async function. */
function runnable(
  source: string,
  packages: Packages,
): (console: { log(...values: unknown[]): void }) => Promise<void> {
  const body = source.replaceAll(/^import (\{.*\}) from ('.*')$/gm, 'const $1 = packages[$2]')
  const AsyncFunction = (async () => {}).constructor as FunctionConstructor
  const run = new AsyncFunction('packages', 'console', body)
  return (console) => run(packages, console)
}
