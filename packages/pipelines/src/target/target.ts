import { invalidArgument, type QualityProxy } from '@fastflow/core'
import { checkNumber, checkOneOf, checkShare } from '@fastflow/core/backend'
import { planDigest, planKeyOf } from '../plan/key.ts'
import { planFor } from '../plan/planned.ts'
import type { Acceleration } from '../policy/acceleration.ts'
import type { PolicyPlaces } from '../policy/places.ts'
import type { RunKey } from '../task/run.ts'
import type { Goal } from './goal.ts'
import { BANDITS } from './learner.ts'
import { goalOf, proxyOf } from './metric.ts'
import type { TargetAcceleration } from './options.ts'
import { findTable } from './quality-table.ts'
import { openUnplanned } from './replan.ts'
import { serve } from './serve.ts'
import { createTerms } from './state.ts'

const MEASURE = 0.05

/** @throws FastFlowError `invalid-argument` naming the option. */
export function checkTarget(options: TargetAcceleration): {
  readonly goal: Goal
  readonly proxy: QualityProxy | undefined
} {
  const { measure = MEASURE, choose: how = 'certified', mode = 'on', bandit, conservative } = options
  checkNumber('measure', measure, 0, 1)
  checkOneOf('choose', how, ['certified', 'learned'])
  checkOneOf('mode', mode, ['on', 'canary', 'shadow'])
  for (const [field, value] of Object.entries({ bandit, conservative }))
    if (value !== undefined && how !== 'learned')
      throw invalidArgument(field, 'goes with choose: "learned"; add that, or leave it out')
  if (bandit !== undefined) checkOneOf('bandit', bandit, BANDITS)
  if (conservative !== undefined) checkShare('conservative', conservative)
  const goal = goalOf(options.target)
  return { goal, proxy: proxyOf(goal.metric, options.proxy) }
}

/** Serves as few evaluations as a quality target allows, and goes on learning what it allows. */
export async function openTarget(
  options: TargetAcceleration,
  run: RunKey,
  places: PolicyPlaces,
): Promise<Acceleration> {
  const { goal, proxy } = checkTarget(options)
  const planKey = planKeyOf(run)
  const key = planDigest(planKey)
  const notes: string[] = []
  const found = await planFor(options.plan, planKey, places, { notes })
  if (found === undefined) return openUnplanned(run, places, notes)
  const frontier = found.value
  const table = await findTable(places, { key, frontier, metric: goal.metric }, notes)
  const numSteps = run.schedule.sigmas.length - 1
  const arms = [...frontier.document.plans.map(({ nfe }) => nfe), numSteps]
  const terms = createTerms(goal, arms, table, options.bandit)
  const { measure = MEASURE } = options
  if (proxy === undefined && measure > 0)
    notes.push(`nothing is measured while serving: pass a proxy for ${goal.metric}`)
  const other = proxy && table && proxy.version !== table.proxy.version
  if (other)
    notes.push(
      `certified by ${table.proxy.version}; ${proxy.version} does not mix with it, so nothing is measured while serving`,
    )
  const mayReplan = options.plan === undefined
  return serve({
    options,
    run,
    places,
    frontier,
    terms,
    proxy: other ? undefined : proxy,
    measure,
    key,
    notes,
    mayReplan,
  })
}
