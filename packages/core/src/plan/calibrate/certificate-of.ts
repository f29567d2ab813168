import { type CertificateCost, certificateCost, costOfJudging, leastRuns } from '../document/certificate.ts'
import type { PlanTarget } from '../price/increments.ts'
import { type CalibrateOptions, keepsAll } from './options.ts'

interface Planned {
  readonly target: PlanTarget
  readonly numSteps: number
  readonly budgets: readonly number[]
  readonly passes: readonly number[]
}

/** What certifying will cost at most, before anything has been planned; undefined where it is not asked for. */
export function certificateOf<T>(
  options: CalibrateOptions<T>,
  { target, numSteps, budgets, passes }: Planned,
): CertificateCost | undefined {
  const { certify, start } = options
  if (certify === undefined) return undefined
  if (start && keepsAll(options)) return certificateCost(start, certify)
  const { plans = [], joint = [] } = start?.document ?? {}
  const nfes = [
    ...budgets,
    // A joint plan makes both passes at one evaluation at least.
    ...passes.map((count) => Math.min(count - 1, numSteps)),
    ...plans.filter(({ budget }) => !budgets.includes(budget)).map(({ nfe }) => nfe),
    ...joint.filter(({ budget }) => !passes.includes(budget)).map(({ nfe }) => nfe),
  ]
  const runs = leastRuns(certify)
  return { confidence: certify, runs, evaluations: runs * costOfJudging(numSteps, target, nfes) }
}
