import type { CoverageRow, GuardRow, Interval } from '@fastflow/bench'
import { textTable } from './text-table.ts'

export function guardTable(rows: readonly GuardRow[]): string {
  const head = [
    'budget',
    'guard',
    'NFE',
    'p10 dB',
    'min',
    'harm',
    'p10 against static',
    'min',
    'harm, points',
    'settings',
  ]
  const lines = rows.map(({ budget, guard, nfe, p10, min, harm, against, settings }) => [
    String(budget),
    guard,
    nfe.toFixed(2),
    p10.toFixed(2),
    min.toFixed(2),
    `${(100 * harm).toFixed(0)}%`,
    against ? interval(against.p10) : '',
    against ? interval(against.min) : '',
    against ? interval(against.harm, 100) : '',
    settings.join('; '),
  ])
  return textTable(head, lines, [1, 9])
}

export function coverageTable(rows: readonly CoverageRow[]): string {
  const head = [
    'PSNR dB',
    'confidence',
    'reached',
    'least',
    'repeats',
    'calibration',
    'test',
    'evaluations: times chosen',
  ]
  const lines = rows.map(({ psnr, confidence, reached, least, repeats, calibration, test, chosen }) => [
    String(psnr),
    String(confidence),
    `${(100 * reached).toFixed(1)}%`,
    `${(100 * least).toFixed(1)}%`,
    String(repeats),
    String(calibration),
    String(test),
    Object.entries(chosen)
      .map(([nfe, times]) => `${nfe}: ${times}`)
      .join(', '),
  ])
  return textTable(head, lines, [7])
}

function interval({ mean, low, high }: Interval, scale = 1): string {
  const digits = (value: number): string => `${value >= 0 ? '+' : ''}${(scale * value).toFixed(2)}`
  return `${digits(mean)} (${digits(low)} to ${digits(high)})`
}
