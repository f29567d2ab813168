import { describe, expect, it } from 'vitest'
import { movingMean } from '../src/charts/learning.ts'
import { count, decibels, fixed, longDate, milliseconds, percent, times } from '../src/format.ts'
import { html, trusted } from '../src/html.ts'
import { aboutMethod, familiesOf, methodStyle, parseMethod } from '../src/methods.ts'
import { decisionStrip } from '../src/sections/decision-strip.ts'

describe('html', () => {
  it('escapes strings, keeps markup, joins lists and drops undefined', () => {
    const inner = html`<b>${'<&>'}</b>`
    expect(html`${inner}${['"', 1, undefined, ["'"]]}${trusted('<i>')}`.text).toBe(
      '<b>&lt;&amp;&gt;</b>&quot;1&#39;<i>',
    )
  })

  it('leaves no character of a hostile text that could end a quoted attribute or open a tag', () => {
    const characters = Array.from({ length: 0x250 }, (_, code) => String.fromCharCode(code)).join('')
    expect(html`${characters}`.text).not.toMatch(/[<>"']|&(?!amp;|lt;|gt;|quot;|#39;)/)
  })
})

describe('numbers', () => {
  it('read as people write them', () => {
    expect([count(19), count(18.93), fixed(-0.25, 2)]).toEqual(['19', '18.9', '−0.25'])
    expect([milliseconds(0.456), milliseconds(45.6), milliseconds(456.7)]).toEqual(['0.46', '45.6', '457'])
    expect([decibels(31.04), decibels(100), times(2.649)]).toEqual(['31.0\u00a0dB', 'identical', '2.65×'])
    expect([percent(0.0123), percent(0.46)]).toEqual(['1.2\u00a0%', '46\u00a0%'])
  })

  it('are a dash where there is none', () => {
    for (const text of [count(Number.NaN), percent(Number.NaN), times(Infinity)]) expect(text).toBe('–')
  })

  it('of dates are in UTC, and a date that is none stays as it is', () => {
    expect(longDate('2026-02-11T23:05:00+02:00')).toMatch(/^11 February 2026.+21:05 UTC$/)
    expect(longDate('soon')).toBe('soon')
  })
})

describe('moving mean', () => {
  it('of a constant is the constant, and of a line lags half a window', () => {
    expect(movingMean([3, 3, 3], 2)).toEqual([3, 3, 3])
    const line = Array.from({ length: 20 }, (_, index) => index)
    expect(movingMean(line, 5).slice(4)).toEqual(line.slice(2, -2))
  })

  it('with a window of one changes nothing', () => {
    expect(movingMean([5, 1, 4], 1)).toEqual([5, 1, 4])
  })
})

describe('methods', () => {
  it('are families with a budget, or without', () => {
    expect(parseMethod('ab2-10')).toEqual({ family: 'ab2', budget: 10 })
    expect(parseMethod('paper')).toEqual({ family: 'paper', budget: undefined })
    expect(familiesOf(['full', 'ab2-6', 'ab2-8', 'paper'])).toEqual(['full', 'ab2', 'paper'])
  })

  it('that are known differ in colour; unknown ones get a spare style and no words', () => {
    const known = ['full', 'euler', 'ab2', 'uniform', 'random', 'flat', 'paper']
    expect(new Set(known.map((family) => methodStyle(family).color)).size).toBe(known.length)
    expect(methodStyle('heun').color).toMatch(/^var\(--spare-\d\)$/)
    expect(aboutMethod('heun')).toBeUndefined()
  })
})

describe('decision strip', () => {
  it('has a filled cell for every step that was evaluated, and says how many', () => {
    const { text } = decisionStrip('CSSCRG')
    expect(text).toContain('aria-label="4 of 6 steps evaluated"')
    expect([...text.matchAll(/M(\d+) 0h\.8/g)].map(([, step]) => step)).toEqual(['0', '3', '4', '5'])
  })
})
