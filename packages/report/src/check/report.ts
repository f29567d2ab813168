import type { JsonField } from '@fastflow/core'
import { checkOptions, type OptionNames, readArgument } from '@fastflow/core/backend'
import type { ReportDocument } from '../document.ts'
import { checkBench } from './bench.ts'
import { checkLearning, checkPlan } from './charts.ts'
import { checkFigure, checkIf } from './figures.ts'
import { checkPrecision } from './precision.ts'

const names: OptionNames<ReportDocument> = {
  title: true,
  created: true,
  command: true,
  sections: true,
  precision: true,
}

/** Every part that a page shows. @throws FastFlowError `invalid-argument` naming the part. */
export function checkReport(document: ReportDocument): void {
  checkOptions('document', document, names)
  const field = readArgument('document', document, '{ title, created, command, sections }')
  for (const name of ['title', 'created']) field.at(name).text()
  checkIf(field.at('command'), (command) => command.text())
  checkIf(field.at('precision'), (precision) => {
    for (const one of precision.items()) checkPrecision(one)
  })
  for (const section of field.at('sections').items()) {
    for (const name of ['model', 'description']) section.at(name).text()
    checkBench(section.at('bench'))
    for (const comparison of section.at('comparisons').items()) checkComparison(comparison)
    if (!section.at('learning').empty) checkLearning(section.at('learning'))
    checkIf(section.at('plan'), checkPlan)
  }
}

function checkComparison(comparison: JsonField): void {
  comparison.at('caption').text()
  checkFigure(comparison.at('seed'))
  checkIf(comparison.at('source'), checkMedia)
  for (const picture of comparison.at('pictures').items()) {
    for (const name of ['method', 'decisions']) picture.at(name).text()
    checkFigure(picture.at('nfe'))
    checkIf(picture.at('psnr'), checkFigure)
    checkMedia(picture.at('media'))
  }
}

function checkMedia(media: JsonField): void {
  media.at('type').oneOf(['image/png', 'image/webp'])
  for (const name of ['width', 'height']) media.at(name).whole({ least: 1 })
  media.at('base64').text()
  checkIf(media.at('still'), (still) => still.text())
}
