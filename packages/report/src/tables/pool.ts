import type { CoverageRow, GuardRow, Interval } from '@fastflow/bench'
import { readArgument } from '@fastflow/core/backend'
import { checkFigures, checkIf, checkInterval } from '../check/figures.ts'
import { textTable } from './text-table.ts'

/** What guards did, a row each. @throws FastFlowError `invalid-argument` naming the part of a row. */
export function guardTable(rows: readonly GuardRow[]): string {
  for (const row of readArgument('rows', rows, 'what compareGuards returned').items()) {
    row.at('guard').text()
    checkFigures(row, ['budget', 'nfe', 'p10', 'min', 'harm'])
    checkIf(row.at('against'), (against) => {
      for (const name of ['p10', 'min', 'harm']) checkInterval(against.at(name))
    })
    for (const setting of row.at('settings').items()) setting.text()
  }
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

/** How often targets were kept, a row each. @throws FastFlowError `invalid-argument` naming the part of a row. */
export function coverageTable(rows: readonly CoverageRow[]): string {
  for (const row of readArgument('rows', rows, 'what coverageOf returned, in a list').items()) {
    checkFigures(row, ['psnr', 'confidence', 'reached', 'least', 'repeats', 'calibration', 'test'])
    checkFigures(row.at('chosen'), Object.keys(row.at('chosen').record()))
  }
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
