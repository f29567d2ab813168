import { readFileSync } from 'node:fs'
import { examplesOf, runExample } from '@fastflow/testkit'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { serving, tiny } from './support/serving.ts'

const guide = readFileSync(new URL('../../../docs/serving.md', import.meta.url), 'utf8')

describe('docs/serving.md', () => {
  it.each(examplesOf(guide))('example %# gets what it asks for', async (source) => {
    const words = await tiny('words')
    const live = await serving({ models: { words } })
    const code = source
      .replaceAll(/^import OpenAI from 'openai'$/gm, "const { OpenAI } = packages['openai']")
      .replaceAll('http://127.0.0.1:8000', live.base)
    const printed = await runExample(`${code}\nconsole.log(data.length, fastflow.images[0].seed)`, {
      openai: { OpenAI },
    })
    expect(printed).toEqual(['1 7'])
    await live[Symbol.asyncDispose]()
    await words.dispose()
  })
})
