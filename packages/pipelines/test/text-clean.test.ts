import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fixText } from '../src/text/clean/fix-text.ts'
import { cleanPrompt, lowerPrompt } from '../src/text/clean/prompt.ts'

interface Line {
  readonly text: string
  readonly fixed: string
  readonly cleaned: string
}

/** Written by `oracle/write_cleaned.py`. */
const lines = readFileSync(new URL('./fixtures/cleaned.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Line)

describe('texts are cleaned as by the real libraries', () => {
  it.each(lines)('$text', ({ text, fixed, cleaned }) => {
    expect(fixText(text)).toBe(fixed)
    expect(cleanPrompt(text)).toBe(cleaned)
  })

  it('which changed most of them', () => {
    expect(lines.length).toBeGreaterThan(150)
    expect(lines.filter(({ text, fixed }) => text !== fixed).length).toBeGreaterThan(100)
  })
})

describe('prompts in lower case', () => {
  it.each([
    ['  A Red FOX\n', 'a red fox'],
    ['\x1f\x85\u3000ΟΔΥΣΣΕΥΣ İ\xa0', 'οδυσσευς i\u0307'],
    ['\ufeffBOM', '\ufeffbom'],
  ])('%j', (text, lower) => expect(lowerPrompt(text)).toBe(lower))
})
