import { readFileSync } from 'node:fs'
import * as media from '@fastflow/media'
import { describe, expect, it } from 'vitest'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8').replaceAll('\r\n', '\n')

/** The README's code as the body of an async function: imports become look-ups in the package. */
function runnable(source: string): (console: { log(value: unknown): void }) => Promise<void> {
  const body = source.replaceAll(/^import (\{.*\}) from '@fastflow\/media'$/gm, 'const $1 = media')
  const AsyncFunction = (async () => {}).constructor as FunctionConstructor
  const run = new AsyncFunction('media', 'console', body)
  return (console) => run(media, console)
}

describe('README', () => {
  const blocks = [...readme.matchAll(/```js\n(.*?)```/gs)].map((match) => match[1]!)

  it.each(blocks)('example %# prints what its comments say', async (source) => {
    const printed: string[] = []
    await runnable(source)({ log: (value) => printed.push(String(value)) })
    expect(printed).toEqual([...source.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm)].map((match) => match[1]))
    expect(printed.length).toBeGreaterThan(0)
  })

  it('shows every function of the package in an example', () => {
    for (const name of Object.keys(media)) {
      expect(readme).toContain(`| \`${name}`)
      expect(blocks.join('')).toContain(`${name}(`)
    }
  })
})
