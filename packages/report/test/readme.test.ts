import { readFileSync } from 'node:fs'
import * as report from '@fastflow/report'
import { describe, expect, it } from 'vitest'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8').replaceAll('\r\n', '\n')

/** The README's code as the body of an async function: imports become look-ups in the package. */
function runnable(source: string): (console: { log(value: unknown): void }) => Promise<void> {
  const body = source.replaceAll(/^import (\{.*\}) from '@fastflow\/report'$/gm, 'const $1 = report')
  const AsyncFunction = (async () => {}).constructor as FunctionConstructor
  const run = new AsyncFunction('report', 'console', body)
  return (console) => run(report, console)
}

describe('README', () => {
  const blocks = [...readme.matchAll(/```js\n(.*?)```/gs)].map((match) => match[1]!)

  it.each(blocks)('example %# prints what its comments say', async (source) => {
    const printed: string[] = []
    await runnable(source)({ log: (value) => printed.push(String(value)) })
    expect(printed).toEqual([...source.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm)].map((match) => match[1]))
    expect(printed.length).toBeGreaterThan(0)
  })

  it('lists every function of the package', () => {
    for (const name of Object.keys(report)) expect(readme).toContain(`\`${name}(`)
  })
})
