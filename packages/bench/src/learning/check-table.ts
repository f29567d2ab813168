import { readArgument } from '@fastflow/core/backend'
import type { QualityTable } from '@fastflow/pipelines'
import { checkEvaluations } from '../check/values.ts'

/** What replays and figures read of a table of measured runs. @throws FastFlowError `invalid-argument` naming the part. */
export function checkTable(table: QualityTable): void {
  const field = readArgument('table', table, 'what measureQuality returned')
  field.at('metric').oneOf(['lpips', 'psnr'])
  field.at('numSteps').whole({ least: 1 })
  field.at('floor').numbers()
  const nfe = field.at('nfe')
  checkEvaluations(nfe.path, nfe.value)
  const plans = nfe.numbers().length
  for (const run of field.at('runs').items()) {
    run.at('seed').whole({ least: -Infinity })
    run.at('features').numbers()
    if (run.at('size').value !== undefined) run.at('size').number()
    run.at('scores').numbers({ length: plans })
    for (const landings of run.at('landings').items(plans)) landings.numbers()
  }
}
