import type { BenchDocument, CoverageRow, GuardRow, QualityDocument } from '@fastflow/bench'
import { benchTable, coverageTable, guardTable, qualityTable, textTable } from '@fastflow/report'
import { describe, expect, it } from 'vitest'

describe('a text table', () => {
  it('has numbers on the right and words on the left, as wide as they need to be', () => {
    const rows = [
      ['a long name', '1.5', 'x'],
      ['b', '12.25', ''],
    ]
    expect(textTable(['name', 'value', 'note'], rows, [0, 2])).toBe(
      ['name         value  note', 'a long name    1.5  x', 'b            12.25'].join('\n'),
    )
  })

  it('without rows is its titles', () => {
    expect(textTable(['a', 'b'], [], [])).toBe('a  b')
  })
})

const psnr = { mean: 31.234, p10: 28, min: 25.5 }
const row = (method: string, nfe: number): BenchDocument['rows'][number] => ({
  method,
  nfe,
  passes: nfe,
  psnr,
  ssim: { mean: 0.98765, p10: 0.9, min: 0.8 },
  modelMs: 12.34,
  overheadMs: 0.5,
  wallMs: 12.84,
  speedup: 50 / nfe,
  skips: {},
})
const document = {
  rows: [row('full', 50), row('floor', 45), { ...row('plan-10', 10), harm: 0.05 }],
  contests: [],
  passes: [{ plan: 'plan-10', passes: 10, joint: 8, ratio: 0.8 }],
  exactSteps: 250,
  evaluations: { learning: 0, planning: 1000, oracle: 0, tuning: 0, samples: 210 },
} as unknown as BenchDocument

describe('tables of documents', () => {
  it('of a bench: a row a method, what is not known as a dash, floor and cost below', () => {
    const lines = benchTable(document).split('\n')
    expect(lines[0]).toMatch(/^method +NFE +passes +PSNR dB +p10 +min +SSIM/)
    expect(lines[3]).toMatch(
      /^plan-10 +10\.0 +10\.0 +31\.23 +28\.00 +25\.50 +0\.9877 .* - +5% +12\.3 +0\.50 +5\.00x$/,
    )
    expect(lines.slice(4)).toEqual([
      'joint plans reach the PSNR of plan-10 with 8.0 of its 10 passes: 0.80',
      'floor: Euler with 5 steps fewer 31.23 dB (p10 28.00) from the full run',
      'cost: 1210 evaluations (planning 1000, samples 210)',
    ])
  })

  it('of guards and coverage', () => {
    const interval = { mean: 1, low: -0.5, high: 2.5 }
    const guard: GuardRow = {
      ...{ budget: 12, guard: 'mismatch', nfe: 11.5, p10: 30, min: 25, harm: 0.1, settings: ['a', 'b'] },
      against: { p10: interval, min: interval, harm: { mean: -0.02, low: -0.05, high: 0.01 } },
    }
    expect(guardTable([guard]).split('\n')[1]).toMatch(
      /^ +12 {2}mismatch +11\.50 .*\+1\.00 \(-0\.50 to \+2\.50\).*-2\.00 \(-5\.00 to \+1\.00\) {2}a; b$/,
    )
    const coverage: CoverageRow = {
      ...{ psnr: 30, confidence: 0.9, reached: 0.955, least: 0.9, repeats: 20, calibration: 50, test: 50 },
      chosen: { 19: 12, 25: 8 },
    }
    expect(coverageTable([coverage]).split('\n')[1]).toMatch(/ 95\.5% +90\.0% +20 .*19: 12, 25: 8$/)
  })

  it('of the quality of a task: no column that no row has', () => {
    const figures = { method: 'plan-10', nfe: 10, passes: 10, speedup: 5, psnr }
    const contrast = { mean: 0.25, change: { mean: -0.01, low: -0.02, high: 0 } }
    const quality = {
      ...{ samples: 4, cases: null, scorer: null },
      rows: [{ ...figures, contrast }],
    } as unknown as QualityDocument
    const [titles, values, legend] = qualityTable(quality).split('\n')
    expect(titles).toMatch(/p10 +contrast +change$/)
    expect(values).toMatch(/0\.2500 +-1\.00% \(-2\.00% to \+0\.00%\)$/)
    expect(legend).toBe(
      "4 samples of the model's own list; changes are from the full run, with 95 % intervals",
    )
  })
})
