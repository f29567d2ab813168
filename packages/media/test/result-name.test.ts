import { describe, expect, it } from 'vitest'
import { resultName, slugOf } from '../src/result-name.ts'

const digest = '-[0-9a-f]{8}'

describe('a caption in a file name', () => {
  it.each([
    ['a fox, 3d', 'a-fox-3d'],
    ['make it flat', 'make-it-flat'],
    ['Owl', 'owl'],
    ['t-shirt', 't-shirt'],
    ['Käfer 甲虫', 'käfer-甲虫'],
    ['हिन्दी में', 'हिन्दी-में'],
    ['cafe\u0301', 'café'],
  ])('%s is %s: nothing is lost', (caption, name) => {
    expect(slugOf(caption)).toBe(name)
  })

  it.each([
    ['C++', `c${digest}`],
    ['a fox.', `a-fox${digest}`],
    ['a  fox', `a-fox${digest}`],
    ['-rf', `rf${digest}`],
    ['..', `untitled${digest}`],
    ['🦊', `untitled${digest}`],
    ['I ❤️ owls', `i-owls${digest}`],
    ['a\u202eb', `a-b${digest}`],
    ['a\ud83d', `a${digest}`],
    ['x'.repeat(41), `x{31}${digest}`],
    [`${'x'.repeat(30)}𝒳𝒳𝒳𝒳𝒳𝒳`, `x{30}${digest}`],
  ])('%j ends in a digest: characters are left out', (caption, name) => {
    expect(slugOf(caption)).toMatch(new RegExp(`^${name}$`))
  })

  it('is cut between letters as people see them', () => {
    const accents = `x${'\u0301\u0302'.repeat(7)}`
    expect(slugOf(accents.repeat(9))).toMatch(new RegExp(`^(x[\u0301\u0302]{14}){2}${digest}$`))
    expect(slugOf('𝒳'.repeat(40))).toMatch(new RegExp(`^(𝒳){15}${digest}$`, 'u'))
    expect(slugOf(`x${'\u0301'.repeat(99)}`)).toMatch(new RegExp(`^untitled${digest}$`))
  })

  it('tells captions apart that begin alike or lose all they have', () => {
    const pairs = [
      [`${'x'.repeat(40)}a`, `${'x'.repeat(40)}b`],
      ['🦊', '🐶'],
      ['C', 'C++'],
      ['C#', 'C++'],
    ] as const
    for (const [one, other] of pairs) expect(slugOf(one)).not.toBe(slugOf(other))
  })
})

describe('the name of a result', () => {
  it('is model, caption and seed', () => {
    expect(resultName('emoji', 'a fox, 3d', 1)).toBe('emoji-a-fox-3d-1')
    expect(resultName('sd-3.5_medium', 'cat', 4294967295)).toBe('sd-3.5_medium-cat-4294967295')
  })

  it.each(['con.v2', 'NUL.', 'com1.onnx', 'lpt².x'])('is no device of Windows: %s', (model) => {
    expect(resultName(model, 'cat', 1)).not.toMatch(/^(con|nul|com1|lpt²) *\./i)
  })

  it('is a name on every system, whatever model and caption are', () => {
    // Every code unit, lone surrogates among them, in texts of many lengths.
    for (let code = 0; code < 0x10000; code += 7) {
      const letters = Array.from({ length: 1 + (code % 90) }, (_, k) => String.fromCharCode(code + k))
      const text = letters.join('')
      const name = `${resultName(text, text, 4294967295)}-01234567-10000-before.webp`
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255)
      expect(name).not.toMatch(/[<>:"/\\|?*\p{Cc}\p{Cs}\p{Bidi_Control}]|^[-. ]/u)
      expect(name).toBe(name.normalize('NFC'))
    }
  })
})
