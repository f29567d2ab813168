import { readFileSync } from 'node:fs'
import * as core from '@fastflow/core'
import { describe, expect, it } from 'vitest'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

/** The README's code as the body of an async function: imports become look-ups in the package. */
function runnable(source: string): (console: { log(...values: unknown[]): void }) => Promise<void> {
  const body = source.replaceAll(/^import (\{[^}]*\}) from '@fastflow\/core'$/gm, 'const $1 = core')
  const AsyncFunction = (async () => {}).constructor as FunctionConstructor
  const run = new AsyncFunction('core', 'console', body)
  return (console) => run(core, console)
}

describe('README', () => {
  const blocks = [...readme.matchAll(/```js\n(.*?)```/gs)].map((match) => match[1]!)

  it.each(blocks)('example %# prints what its comments say', async (source) => {
    const printed: string[] = []
    await runnable(source)({ log: (...values) => printed.push(values.join(' ')) })
    expect(printed).toEqual([...source.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm)].map((match) => match[1]))
    expect(printed.length).toBeGreaterThan(0)
  })

  it('lists every function and constant of the package', () => {
    for (const name of Object.keys(core)) expect(readme).toContain(`\`${name}`)
  })
})
