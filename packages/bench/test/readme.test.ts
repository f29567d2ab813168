import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as backend from '@fastflow/backend-node'
import * as bench from '@fastflow/bench'
import * as pipelines from '@fastflow/pipelines'
import { fixtures } from '@fastflow/testkit'
import { describe, expect, it } from 'vitest'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8').replaceAll('\r\n', '\n')
const model = JSON.stringify(fileURLToPath(new URL('models/words', fixtures)))
const packages = {
  '@fastflow/backend-node': backend,
  '@fastflow/bench': bench,
  '@fastflow/pipelines': pipelines,
}

/** The README's code as the body of an async function: imports become look-ups in `packages`. */
function runnable(source: string): (console: { log(value: unknown): void }) => Promise<void> {
  const body = source
    .replaceAll(/^import (\{.*\}) from ('.*')$/gm, 'const $1 = packages[$2]')
    .replaceAll("'path/to/model'", model)
  const AsyncFunction = (async () => {}).constructor as FunctionConstructor
  const run = new AsyncFunction('packages', 'console', body)
  return (console) => run(packages, console)
}

describe('README', () => {
  const blocks = [...readme.matchAll(/```js\n(.*?)```/gs)].map((match) => match[1]!)

  it.each(blocks)('example %# prints what its comments say', async (source) => {
    const printed: string[] = []
    await runnable(source)({ log: (value) => printed.push(String(value)) })
    expect(printed).toEqual([...source.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm)].map((match) => match[1]))
    expect(printed.length).toBeGreaterThan(0)
  })

  it('lists every function and constant of the package', () => {
    for (const name of Object.keys(bench)) expect(readme).toContain(`\`${name}`)
  })
})
