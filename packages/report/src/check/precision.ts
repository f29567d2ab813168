import type { PrecisionDocument } from '@fastflow/bench'
import type { JsonField } from '@fastflow/core'
import { readArgument } from '@fastflow/core/backend'
import { checkFigures, checkSummary } from './figures.ts'

/** Plans and precisions, as far as they are shown. @throws FastFlowError `invalid-argument` naming the part. */
export function checkPrecision(field: JsonField): void {
  for (const model of field.at('models').items()) model.text()
  for (const name of ['steps', 'samples']) field.at(name).whole({ least: 1 })
  for (const row of field.at('rows').items()) {
    for (const name of ['model', 'method']) row.at(name).text()
    checkFigures(row, ['nfe', 'passes', 'wallMs', 'time'])
    checkSummary(row.at('psnr'))
    row.at('pareto').flag()
  }
}

/** The same as an argument. */
export function checkPrecisionDocument(document: PrecisionDocument): void {
  checkPrecision(readArgument('document', document, 'the document of comparePrecision'))
}
