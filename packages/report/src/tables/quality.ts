import type { Figure, Interval, QualityDocument, QualityRow } from '@fastflow/bench'
import type { JsonField } from '@fastflow/core'
import { readArgument } from '@fastflow/core/backend'
import { checkFigure, checkFigures, checkIf, checkInterval, checkSummary } from '../check/figures.ts'
import { textTable } from './text-table.ts'

interface Column {
  readonly title: string
  readonly cell: (row: QualityRow) => string | undefined
}

const columns: readonly Column[] = [
  { title: 'method', cell: ({ method }) => method },
  { title: 'NFE', cell: ({ nfe }) => nfe.toFixed(1) },
  { title: 'passes', cell: ({ passes }) => passes.toFixed(1) },
  { title: 'speed-up', cell: ({ speedup }) => `${speedup.toFixed(2)}x` },
  { title: 'PSNR dB', cell: ({ psnr }) => psnr.mean.toFixed(2) },
  { title: 'p10', cell: ({ psnr }) => psnr.p10.toFixed(2) },
  { title: 'FD', cell: ({ frechet }) => frechet?.distance.toFixed(4) },
  { title: 'change', cell: ({ frechet }) => frechet && percent(frechet.change) },
  ...figureColumns('contrast', ({ contrast }) => contrast, 4, percentOf),
  ...figureColumns('fit', ({ fit }) => fit, 2, percentOf),
  ...figureColumns('target dB', ({ target }) => target, 2, decibels),
  ...figureColumns('consistency', ({ consistency }) => consistency, 4, percentOf),
  ...figureColumns('motion', ({ motion }) => motion, 4, percentOf),
]

/**
 * The rows as an aligned text table, without the columns that no row has.
 *
 * @throws FastFlowError `invalid-argument` naming the part of the document.
 */
export function qualityTable(document: QualityDocument): string {
  checkQuality(readArgument('document', document, 'the document of a bench of quality'))
  const { rows, samples, scorer, cases } = document
  const shown = columns.filter(({ cell }) => rows.some((row) => cell(row) !== undefined))
  const lines = rows.map((row) => shown.map(({ cell }) => cell(row) ?? ''))
  const source = cases === null ? "the model's own list" : cases
  const judge = scorer === null ? '' : `; scores by ${scorer.score}, features by ${scorer.features}`
  const legend = `${samples} samples of ${source}; changes are from the full run, with 95 % intervals${judge}`
  return `${textTable(
    shown.map(({ title }) => title),
    lines,
    [0],
  )}\n${legend}`
}

function checkQuality(document: JsonField): void {
  document.at('samples').whole({ least: 1 })
  if (document.at('cases').value !== null) document.at('cases').text()
  const scorer = document.at('scorer')
  if (scorer.value !== null) for (const name of ['score', 'features']) scorer.at(name).text()
  for (const row of document.at('rows').items()) {
    row.at('method').text()
    checkFigures(row, ['nfe', 'passes', 'speedup'])
    checkSummary(row.at('psnr'))
    checkIf(row.at('frechet'), (frechet) => checkFigures(frechet, ['distance', 'change']))
    for (const name of ['contrast', 'fit', 'target', 'consistency', 'motion'])
      checkIf(row.at(name), (figure) => {
        checkFigure(figure.at('mean'))
        checkInterval(figure.at('change'))
      })
  }
}

function figureColumns(
  title: string,
  of: (row: QualityRow) => Figure | undefined,
  digits: number,
  text: (change: Interval) => string,
): readonly Column[] {
  return [
    { title, cell: (row) => of(row)?.mean.toFixed(digits) },
    {
      title: 'change',
      cell: (row) => {
        const figure = of(row)
        return figure && text(figure.change)
      },
    },
  ]
}

function percentOf({ mean, low, high }: Interval): string {
  return `${percent(mean)} (${percent(low)} to ${percent(high)})`
}

function percent(share: number): string {
  return `${signed(100 * share)}%`
}

function decibels({ mean, low, high }: Interval): string {
  return `${signed(mean)} (${signed(low)} to ${signed(high)})`
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(2)}`
}
