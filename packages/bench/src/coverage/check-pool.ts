import { invalidArgument } from '@fastflow/core'
import { readArgument } from '@fastflow/core/backend'
import type { Pool } from './record.ts'

/** What coverage and guards read of a pool. @throws FastFlowError `invalid-argument` naming the part. */
export function checkPool(pool: Pool): void {
  const field = readArgument('pool', pool, 'what recordPool returned')
  field.at('numSteps').whole({ least: 1 })
  const plans = field.at('document').at('plans').items()
  const budgets = plans.map((plan) => String(plan.at('budget').whole({ least: 1 })))
  const samples = field.at('samples').items()
  if (samples.length === 0) throw invalidArgument('pool.samples', 'is empty; record a sample or more')
  for (const sample of samples) {
    sample.at('subject').whole()
    sample.at('exactPsnr').number()
    for (const name of ['plans', 'early']) {
      const runs = sample.at(name)
      const wanted = name === 'plans' ? budgets : []
      for (const budget of new Set([...wanted, ...Object.keys(runs.record())])) {
        const run = runs.at(budget)
        for (const figure of ['nfe', 'psnr', 'exactPsnr']) run.at(figure).number()
        run.at('mismatches').items()
      }
    }
  }
}
