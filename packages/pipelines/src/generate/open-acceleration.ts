import { openAuto } from '../plan/auto.ts'
import { checkPlanRequest } from '../plan/choose.ts'
import type { AutoAcceleration, PlanAcceleration } from '../plan/options.ts'
import { openPlanned } from '../plan/planned.ts'
import type { Acceleration } from '../policy/acceleration.ts'
import { openLearnedPolicy } from '../policy/learned.ts'
import type { PaperAcceleration } from '../policy/options.ts'
import { paperOf } from '../policy/paper.ts'
import type { PolicyPlaces } from '../policy/places.ts'
import { sampleRun } from '../policy/sample-run.ts'
import type { TargetAcceleration } from '../target/options.ts'
import { checkTarget, openTarget } from '../target/target.ts'
import type { RunKey } from '../task/run.ts'
import { whyOff } from '../task/why-off.ts'
import { checkAccelerate } from './check-accelerate.ts'
import type { Accelerate } from './options.ts'

const learnsNothing = {
  notes: [],
  listens: () => false,
  document: () => undefined,
  plan: () => undefined,
  save: async () => {},
} as const

/**
 * Sets up what `accelerate` asks for.
 *
 * @throws FastFlowError `invalid-argument` for an unknown method or bad options of one, `policy-unreadable`,
 *   `policy-mismatch`.
 */
export async function openAcceleration(
  accelerate: Accelerate = 'off',
  run: RunKey,
  places: PolicyPlaces,
): Promise<Acceleration> {
  checkAccelerate(accelerate)
  if (accelerate === 'off') return { ...learnsNothing, sample: sampleRun }
  if (accelerate === 'auto') return openAutoPlan({ method: 'auto' }, run, places)
  if (accelerate === 'paper') return openPaper({ method: 'paper' }, run, places)
  if (accelerate === 'plan') return openPlan({ method: 'plan' }, run, places)
  if (isTarget(accelerate)) {
    checkTarget(accelerate)
    return staysOff(run) ?? openTarget(accelerate, run, places)
  }
  if (accelerate.method === 'auto') return openAutoPlan(accelerate, run, places)
  if (accelerate.method === 'paper') return openPaper(accelerate, run, places)
  if (accelerate.method === 'plan') return openPlan(accelerate, run, places)
  const { policy } = accelerate
  return { ...learnsNothing, sample: (options) => sampleRun({ ...options, policy }) }
}

function isTarget(accelerate: Accelerate): accelerate is TargetAcceleration {
  return (accelerate as Partial<TargetAcceleration>).target !== undefined
}

async function openPaper(
  options: PaperAcceleration,
  run: RunKey,
  places: PolicyPlaces,
): Promise<Acceleration> {
  const paper = paperOf(options)
  return staysOff(run) ?? openLearnedPolicy(paper, options, run, places)
}

async function openPlan(options: PlanAcceleration, run: RunKey, places: PolicyPlaces): Promise<Acceleration> {
  checkPlanRequest(options)
  return staysOff(run) ?? openPlanned(options, run, places)
}

async function openAutoPlan(
  options: AutoAcceleration,
  run: RunKey,
  places: PolicyPlaces,
): Promise<Acceleration> {
  checkPlanRequest(options)
  return staysOff(run) ?? openAuto(options, run, places)
}

function staysOff(run: RunKey): Acceleration | undefined {
  const reason = whyOff(run)
  if (reason === undefined) return undefined
  return { ...learnsNothing, notes: [`acceleration stays off: ${reason}`], sample: sampleRun }
}
