import { invalidArgument } from '@fastflow/core'
import { readArgument } from '@fastflow/core/backend'
import type { QualityRuns } from './run.ts'

const FIGURES = ['nfe', 'passes', 'modelMs', 'wallMs'] as const

/** Runs of methods on the same samples. @throws FastFlowError `invalid-argument` naming the part. */
export function checkRuns(runs: readonly QualityRuns[]): void {
  const methods = readArgument('runs', runs, 'what runQuality returned').items()
  if (methods.length === 0) throw invalidArgument('runs', 'is empty; pass what runQuality returned')
  const samples = methods[0]!.at('measurements').items().length
  if (samples === 0) throw invalidArgument('runs', 'has no samples; measure one or more')
  for (const method of methods) {
    method.at('method').text()
    for (const one of method.at('measurements').items(samples)) {
      for (const name of FIGURES) one.at(name).number()
      one.at('scores').at('psnr').number()
    }
  }
}
