import {
  brief,
  FastFlowError,
  JsonField,
  type JsonLimits,
  parseJson,
  readJson,
  reasonOf,
  sameJson,
} from '@fastflow/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeUtf8 } from '../src/json/utf8.ts'

const encoder = new TextEncoder()
const source = {
  code: 'policy-unreadable',
  name: 'doc',
  prefix: 'doc.',
  place: 'a.json:',
  fix: 'restore it',
} as const

function refusal(act: () => unknown): FastFlowError {
  try {
    act()
  } catch (error) {
    if (FastFlowError.isInstance(error)) return error
    throw error
  }
  throw new Error('nothing was refused')
}

const read = (input: unknown, limits?: JsonLimits): unknown => parseJson(input, source, limits)
const problem = (input: unknown, limits?: JsonLimits): string => {
  const error = refusal(() => read(input, limits))
  expect(error).toMatchObject({ code: 'policy-unreadable', field: 'doc' })
  return error.message
}

describe('parseJson', () => {
  it('reads what JSON.stringify writes, in any script, from text and bytes', () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: 'grapheme' }), (text) => {
        expect(read(encoder.encode(text))).toEqual(JSON.parse(text))
        expect(read(text)).toEqual(JSON.parse(text))
      }),
    )
  })

  it('reads text longer than a chunk, whatever stands where chunks meet', () => {
    for (const part of ['a', 'é', '語', '😀', 'ab😀'])
      for (const shift of [0, 1, 2, 3]) {
        const text = 'x'.repeat(shift) + part.repeat(9000)
        expect(read(encoder.encode(JSON.stringify(text)))).toBe(text)
      }
  })

  it('skips a byte order mark', () => {
    expect(read('\ufeff[1]')).toEqual([1])
    expect(read(Uint8Array.of(0xef, 0xbb, 0xbf, 0x5b, 0x5d))).toEqual([])
  })

  it('takes bytes of any view for bytes and other values for a mistake', () => {
    expect(read(Buffer.from('{"a":1}').subarray(0))).toEqual({ a: 1 })
    for (const value of [undefined, null, 1, {}, [91, 93], new ArrayBuffer(2)])
      expect(problem(value)).toContain('neither text nor bytes')
  })

  it.each(['', '{', '[1,]', "{'a':1}", 'NaN', '[-Infinity]', '01', '[1] 2', '"\n"', '{"a" 1}', ']]'])(
    'refuses %j',
    (text) => {
      expect(problem(text)).toBe('a.json: is not valid JSON; restore it')
    },
  )

  it.each([10_000, 2_000_000])('refuses %i levels of nesting before anything recursive sees it', (depth) => {
    const lists = '['.repeat(depth) + ']'.repeat(depth)
    const objects = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
    for (const text of [lists, objects, '['.repeat(depth), `{"a":${lists}`])
      expect(problem(text)).toContain('nests deeper than the 100 levels')
  })

  it('counts levels, not brackets inside of strings', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    expect(() => read(nested(100))).not.toThrow()
    expect(problem(nested(101))).toContain('deeper')
    expect(problem(nested(4), { maxDepth: 3 })).toContain('deeper than the 3')
    for (const text of ['['.repeat(500), `\\"${'['.repeat(500)}`, '\\', '\\\\"[['])
      expect(read(JSON.stringify([text]))).toEqual([text])
  })

  it('refuses more bytes than it is to read', () => {
    expect(read('[1,2]', { maxBytes: 5 })).toEqual([1, 2])
    expect(problem('[1,23]', { maxBytes: 5 })).toContain('has 6 bytes, at most 5')
  })

  it('refuses a name twice in one object, however it is written, and nowhere else', () => {
    for (const text of [
      '{"a":1,"a":1}',
      '[{"b":{"a":1,"\\u0061":2}}]',
      '{"":1,"":2}',
      '{"__proto__":1,"__proto__":2}',
    ])
      expect(problem(text)).toContain('a name twice')
    expect(read('[{"a":1},{"a":{"a":":"}}]')).toEqual([{ a: 1 }, { a: { a: ':' } }])
  })

  it('keeps names that prototypes have as data, and touches none', () => {
    const value = read('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}')
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor'])
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect({}).not.toHaveProperty('polluted')
  })
})

describe('words of Python', () => {
  const words = (text: string): unknown => read(text, { words: true })

  it('are numbers outside of strings and text inside of them', () => {
    expect(words('{"a":-Infinity,"b":[Infinity, NaN ],"c":"NaN, -Infinity","NaN":"\\u004eaN"}')).toEqual({
      a: -Infinity,
      b: [Infinity, NaN],
      c: 'NaN, -Infinity',
      NaN: 'NaN',
    })
    expect(words('NaN')).toBeNaN()
    expect(words('{"__proto__":NaN}')).toEqual(JSON.parse('{"__proto__":0}', (_, v) => (v === 0 ? NaN : v)))
  })

  it('change no document without them', () => {
    fc.assert(fc.property(fc.json(), (text) => void expect(words(text)).toEqual(JSON.parse(text))))
  })

  it.each([
    '1Infinity',
    'Infinity5',
    '-NaN',
    'NaNa',
    '1NaN',
    '--Infinity',
    '+Infinity',
    'Inf',
    '{NaN:1}',
    '"NaN',
  ])('are words of their own: %s is refused', (text) => {
    expect(refusal(() => words(text)).message).toContain('is not valid JSON')
  })
})

describe('decodeUtf8', () => {
  const host = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

  it('reads what TextDecoder reads and refuses what it refuses', () => {
    const byte = fc.oneof(
      fc.nat(255),
      fc.constantFrom(0x80, 0xbf, 0xc1, 0xe0, 0xed, 0xa0, 0xf0, 0xf4, 0x90, 0xf5),
    )
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 8 }),
      fc.array(byte, { maxLength: 8 }).map((list) => Uint8Array.from(list)),
      fc.string({ unit: 'binary' }).map((text) => encoder.encode(text)),
    )
    fc.assert(
      fc.property(bytes, (given) => {
        let expected: string | undefined
        try {
          expected = host.decode(given)
        } catch {
          expected = undefined
        }
        expect(decodeUtf8(given)).toBe(expected)
      }),
      { numRuns: 5000 },
    )
  })

  it('is what documents are refused for', () => {
    expect(problem(Uint8Array.of(0x22, 0xff, 0x22))).toContain('its bytes are not UTF-8')
  })
})

describe('JsonField', () => {
  const field = (value: unknown): JsonField => new JsonField({ plans: [{ weights: [value] }] }, source)
  const at = (value: unknown): JsonField => field(value).at('plans').items()[0]!.at('weights').items()[0]!

  it('names the path of what is wrong, what it is and what it should be', () => {
    const error = refusal(() => at('x').whole({ least: 1, most: 3 }))
    expect(error).toMatchObject({ code: 'policy-unreadable', field: 'doc.plans[0].weights[0]' })
    expect(error.message).toBe(
      'a.json: plans[0].weights[0]: "x" is not a whole number from 1 to 3; restore it',
    )
    expect(refusal(() => readJson('[]', source).at('a')).message).toBe(
      'a.json: is not a JSON object; restore it',
    )
  })

  it('gives what fits', () => {
    expect([at(2.5).number(), at(3).whole(), at('a').text(), at('b').oneOf(['a', 'b'])]).toEqual([
      2.5,
      3,
      'a',
      'b',
    ])
    expect(at([1, 2]).numbers({ length: 2, whole: true })).toEqual([1, 2])
    expect(Object.is(at(-0).whole(), 0)).toBe(true)
    expect([at(null).empty, at(undefined).empty, at(0).empty]).toEqual([true, true, false])
  })

  it.each([
    ['number', ['1', null, NaN, Infinity, -Infinity, [], 1n, true]],
    ['whole', ['1', 0.5, -1, 2 ** 53, 1e300, NaN, null, [1]]],
    [
      'numbers',
      [[NaN], ['1'], [1, undefined, 2], new Array(1_000_000), [1, [2]], { length: 0 }, 'text', null],
    ],
    ['items', [{ length: 1, 0: 1 }, 'text', null, 5]],
    ['text', [1, null, ['a'], undefined]],
    ['flag', [1, null, 'true', undefined]],
    ['wholes', [[], null, 'text']],
    ['entries', [[], null, 'text']],
    ['list', [{ length: 1 }, 'text', null]],
    ['record', [[], null, 'text', () => 1]],
  ] as const)('%s refuses what is none', (method, values) => {
    for (const value of values)
      expect(refusal(() => at(value)[method]()).field).toBe('doc.plans[0].weights[0]')
  })

  it('reads own fields alone', () => {
    const document = readJson('{"__proto__":{"format":"x"}}', source)
    for (const name of ['format', 'toString', 'constructor', 'hasOwnProperty'])
      expect(document.at(name).value).toBeUndefined()
  })

  it('takes what counts where nothing is said, and nothing in the place of what is wrong', () => {
    for (const value of [undefined, null]) {
      expect([at(value).text({ otherwise: 'a' }), at(value).flag({ otherwise: false })]).toEqual(['a', false])
      expect([
        at(value).whole({ most: 9, otherwise: 9 }),
        at(value).oneOf(['a', 'b'], { otherwise: 'b' }),
      ]).toEqual([9, 'b'])
    }
    const wrong = at(['x'])
    for (const read of [
      () => wrong.text({ otherwise: 'a' }),
      () => wrong.flag({ otherwise: true }),
      () => wrong.whole({ otherwise: 1 }),
      () => wrong.oneOf(['a'], { otherwise: 'a' }),
    ])
      expect(refusal(read)).toMatchObject({ code: 'policy-unreadable', field: 'doc.plans[0].weights[0]' })
  })

  it('tells what other versions may know from what is damaged', () => {
    const open = new JsonField({ kind: 'c' }, { ...source, instead: 'update' }).at('kind')
    expect(refusal(() => open.oneOf(['a', 'b'], { open: true }))).toMatchObject({
      code: 'unsupported',
      field: 'doc.kind',
      message: 'a.json: kind: "c" is not "a" or "b"; update',
    })
    expect(at('c').unsupported('is new').message).toBe('a.json: plans[0].weights[0]: "c" is new; restore it')
  })

  it('reads whole numbers by their names', () => {
    const vocab = readJson('{"a":0,"__proto__":2,"b c":-0}', source)
    expect([...vocab.wholes()]).toEqual([
      ['a', 0],
      ['__proto__', 2],
      ['b c', 0],
    ])
    expect(refusal(() => vocab.wholes({ most: 1 })).field).toBe('doc.__proto__')
    expect(refusal(() => at({ 'b c': '1' }).wholes()).field).toBe('doc.plans[0].weights[0]["b c"]')
    expect(refusal(() => at([]).wholes()).field).toBe('doc.plans[0].weights[0]')
  })

  it('quotes names that are data, and places parts that others found', () => {
    const [[name, id]] = at({ a: 'x' }).entries() as [[string, JsonField]]
    expect([name, refusal(() => id.whole()).field]).toEqual(['a', 'doc.plans[0].weights[0]["a"]'])
    const part = readJson('{"rows":[[1]]}', source).at('rows')
    expect(part.list(1)).toEqual([[1]])
    expect(['', '[2]', 'a'].map((path) => part.wrongAt(path, 'is odd').field)).toEqual([
      'doc.rows',
      'doc.rows[2]',
      'doc.rows.a',
    ])
  })

  it('quotes names that are no words', () => {
    const field = readJson('{"a b":{"\u009b":[null]}}', source).at('a b').at('\u009b').items()[0]!
    expect(refusal(() => field.number()).field).toBe('doc.["a b"]["\\u009b"][0]')
  })

  it('makes errors short, and of anything', () => {
    let deep: unknown = []
    for (let k = 0; k < 100_000; k++) deep = [deep]
    const ring: Record<string, unknown> = {}
    ring.self = ring
    const odd = Object.create(null)
    for (const value of [
      deep,
      ring,
      odd,
      'y'.repeat(1e6),
      new Array(1e6),
      Symbol('s'),
      10n,
      { toString: null },
    ])
      expect(refusal(() => at(value).number()).message.length).toBeLessThan(400)
  })
})

describe('brief', () => {
  it.each([
    [undefined, 'missing'],
    ['ant', '"ant"'],
    ['\u009b2J\u2028\u001b', '"\\u009b2J\\u2028\\u001b"'],
    [-0, '0'],
    [[0, 1000], '[0,1000]'],
    [{ 0: 7 }, '{"0":7}'],
    [[1, 2, 3, 4, 5, 6], '6 values [1, 2, ..., 5, 6]'],
    [[[[[1]]]], '[[a list]]'],
    [{ a: 1, b: 2, c: 3, d: 4, e: 5 }, 'an object'],
  ])('%j is %s', (value, text) => {
    expect(brief(value)).toBe(text)
  })
})

it('reasonOf tells what another reader says, cut short', () => {
  expect(reasonOf(new RangeError('arms: 3'))).toBe('arms: 3')
  expect(reasonOf('text')).toBe('"text"')
  expect(reasonOf(new Error('x'.repeat(1e6))).length).toBeLessThan(300)
})

describe('sameJson', () => {
  it('agrees with JSON on JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        expect(sameJson(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(a)))).toBe(true)
        const same = fc.stringify(a) === fc.stringify(b)
        if (!same && JSON.stringify(a) !== JSON.stringify(b))
          expect(sameJson(a, b) && sameJson(b, a)).toBe(false)
      }),
    )
  })

  it('looks no deeper than the value that is known', () => {
    const ring: unknown[] = []
    ring.push(ring)
    expect(sameJson(ring, [1])).toBe(false)
    expect(sameJson({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(true)
    expect(sameJson([1, 2], [1])).toBe(false)
    expect(sameJson({ length: 1, 0: 1 }, [1])).toBe(false)
    expect(sameJson(JSON.parse('{"__proto__":1}'), { a: 1 })).toBe(false)
  })
})
