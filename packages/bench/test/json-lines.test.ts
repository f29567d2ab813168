import { jsonLines } from '@fastflow/bench'
import { expect, it } from 'vitest'

const linesOf = (text: string): (readonly [number, string])[] =>
  jsonLines(new TextEncoder().encode(text)).map(({ number, bytes }) => [
    number,
    new TextDecoder().decode(bytes),
  ])

it('lines end as any system ends them, and are numbered with the blank ones', () => {
  for (const end of ['\n', '\r\n', '\r'])
    expect(linesOf(['{}', '', ' \t', '[1]', ''].join(end))).toEqual([
      [1, '{}'],
      [4, '[1]'],
    ])
  expect(linesOf('a\r\n\nb')).toEqual([
    [1, 'a'],
    [3, 'b'],
  ])
})

it('a byte order mark is no part of the first line, nor a line of its own', () => {
  expect(linesOf('\uFEFF')).toEqual([])
  expect(linesOf('\uFEFF\n \r\n')).toEqual([])
  expect(jsonLines(new TextEncoder().encode('\uFEFF{}'))[0]!.bytes).toHaveLength(2)
  expect(linesOf('')).toEqual([])
})
