import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'

const readme = readFileSync(resolve(import.meta.dirname, '../README.md'), 'utf8')
const snippets = [...readme.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code!)

test.each(snippets.map((code, k) => [k, code] as const))(
  'snippet %i prints what it says',
  async (_, code) => {
    const printed: string[] = []
    const promised = [...code.matchAll(/console\.log\(.*\) \/\/ (.*)$/gm)].map(([, text]) => text)
    const module = await import('../src/index.ts')
    const body = code.replace(/import \{(.*)\} from '@fastflow\/tokenizers'/, 'const {$1} = module')
    new Function('module', 'console', body)(module, { log: (text: string) => printed.push(text) })
    expect(promised.length).toBeGreaterThan(0)
    expect(printed).toEqual(promised)
  },
)
