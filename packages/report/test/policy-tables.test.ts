import { describe, expect, it } from 'vitest'
import * as report from '../src/index.ts'

describe('tables of other documents', () => {
  it('estimates leave out what is unknown', () => {
    const known = { method: 'ips', value: 0.5, low: 0.25, high: 0.75, effective: 12, clipped: 0.1 }
    const lines = report.estimatesTable([known, { method: 'snips', effective: 0, clipped: 0 }]).split('\n')
    expect(lines[1]).toMatch(/^ips +0.5000 +0.2500 +0.7500 +12.0 +10.0 %$/)
    expect(lines[2]).toMatch(/^snips +- +- +- +0.0 +0.0 %$/)
  })

  it('measured plans stand above the floor', () => {
    const spread = { mean: 0.1, median: 0.09, q95: 0.2, worst: 0.3 }
    const summary = {
      proxy: { version: 'lpips' },
      runs: 3,
      upTo: 0.75,
      numSteps: 50,
      plans: [{ nfe: 6, ...spread }],
      floor: spread,
    }
    const lines = report.spreadTable(summary as never).split('\n')
    expect(lines[0]).toBe('lpips to the full run, 3 runs')
    expect(lines.slice(2).map((line) => line.trim().split('  ')[0])).toEqual(['6', '50 less a tenth'])
  })

  it('a folder that does not run says why, on one line each, with nothing a terminal obeys', () => {
    const text = report.folderText({
      location: 'DIR',
      className: 'A\u001b[2J',
      scheduler: null,
      runs: false,
      parts: [
        {
          name: 'unet',
          isThere: true,
          isUsed: false,
          bytes: 2.5e9,
          external: ['w.bin'],
          inputs: null,
          outputs: [],
        },
        { name: 'vae', isThere: false, isUsed: null, bytes: null, external: [], inputs: null, outputs: null },
      ],
      tokenizers: [{ name: 'tokenizer', maxLength: null }],
      memory: { resident: null, sequential: null, available: null, auto: 'resident' },
      run: null,
      problems: [{ message: 'one\n  two' }],
    })
    expect(text).toContain('DIR: A\\u001b[2J, unknown')
    expect(text).toMatch(/unet +not used +2.50 GB +\? -> +w.bin/)
    expect(text).toMatch(/vae +missing +-/)
    expect(text).toContain('tokenizer unreadable')
    expect(text).toContain('PROBLEM one two\nit does not run: 1 to mend')
  })
})

describe('what is no such document is an error that names it', () => {
  const calls: readonly (readonly [string, (value: never) => unknown])[] = [
    ['frontier', report.planTable],
    ['frontier', report.planLines],
    ['result', (value) => report.learningTable(value, {} as never)],
    ['measured', (value) => report.learningTable({ curves: [], coverage: [] } as never, value)],
    ['summary', report.spreadTable],
    ['estimates', report.estimatesTable],
    ['folder', report.folderText],
    ['text', report.foreignName],
    ['text', report.visibleLine],
  ]
  it.each(calls)('%s', (name, call) => {
    for (const wrong of [undefined, null, 5, true, () => {}])
      expect(() => call(wrong as never)).toThrow(
        expect.objectContaining({ code: 'invalid-argument', field: name }),
      )
  })
})
