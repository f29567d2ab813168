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
      const printed: string[] = []
      await runnable(edit(source), packages)({ log: (value) => printed.push(String(value)) })
      expect(printed).toEqual(
        [...source.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm)].map((match) => match[1]),
      )
      expect(printed.length).toBeGreaterThan(0)
    })
  })
}

/** The `js` blocks of a README. */
export function examplesOf(readme: string): readonly string[] {
  return [...readme.replaceAll('\r\n', '\n').matchAll(/```js\n(.*?)```/gs)].map((match) => match[1]!)
}

/** A block as the body of an async function. */
function runnable(
  source: string,
  packages: Packages,
): (console: { log(value: unknown): void }) => Promise<void> {
  const body = source.replaceAll(/^import (\{.*\}) from ('.*')$/gm, 'const $1 = packages[$2]')
  const AsyncFunction = (async () => {}).constructor as FunctionConstructor
  const run = new AsyncFunction('packages', 'console', body)
  return (console) => run(packages, console)
}
