import { join } from 'node:path'
import { landingsUnder, takingTurns } from '@fastflow/bench'
import { FastFlowError, invalidArgument, type Plan } from '@fastflow/core'
import { type Pipeline, type PlanRunKey, planDigest, type RunSettings } from '@fastflow/pipelines'
import { casesOf } from '../cases.ts'
import { pathAt } from '../files.ts'
import type { Io } from '../io.ts'
import { findModel } from '../models.ts'
import { readPolicyFile } from '../policy-file.ts'
import { type RunOptions, runSettingsOf } from '../run-options.ts'
import { type ModelOptions, withPipeline } from '../session.ts'

export interface SwappedOptions extends ModelOptions, RunOptions {
  readonly cases?: string
}

/**
 * Decimal logarithms of the landing mismatches of another model of the same shapes, under the plan of `options.model`.
 *
 * @param swapped folder of the other model.
 * @param arm index of the plan.
 * @throws FastFlowError `policy-unreadable` where the model brings no plans, `policy-mismatch` where not this one,
 *   `invalid-argument` for a folder of another architecture.
 */
export async function swappedLandings(
  io: Io,
  options: SwappedOptions,
  swapped: string,
  arm: number,
  count: number,
): Promise<readonly (readonly number[])[]> {
  const settings = runSettingsOf(options)
  const own = await withPipeline(io, options, async (pipe) => shapeOf(pipe, settings))
  const { frontier, budget } = await ownPlan(await findModel(io, options.model), own.key, arm)
  return withPipeline(io, { ...options, model: pathAt(io, swapped, '--swapped') }, async (pipe) => {
    const other = shapeOf(pipe, settings).shape
    if (other !== own.shape)
      throw invalidArgument(
        '--swapped',
        `${swapped} is of another architecture, ${other} instead of ${own.shape}; give the same one with other weights`,
      )
    const turns = takingTurns(pipe, await casesOf(io, pipe, options.cases))
    return landingsUnder(turns, frontier, budget, { count, settings, signal: io.signal })
  })
}

/** The plan that a model brings. */
async function ownPlan(
  folder: string,
  key: PlanRunKey,
  arm: number,
): Promise<{ readonly frontier: Plan; readonly budget: number }> {
  const path = join(folder, 'policies', `${planDigest(key)}.json`)
  const policy = await readPolicyFile(path, '--swapped')
  const plan = policy.method === 'plan' ? policy.frontier.document.plans[arm] : undefined
  if (policy.method === 'plan' && plan !== undefined)
    return { frontier: policy.frontier, budget: plan.budget }
  const message = `--swapped: ${path} has no plan number ${arm + 1}, which was measured; measure the quality of its plans`
  throw new FastFlowError({ code: 'policy-mismatch', field: '--swapped', message })
}

/** What a run of a model is like, whatever its weights. */
function shapeOf(
  pipe: Pipeline,
  settings: RunSettings,
): { readonly key: PlanRunKey; readonly shape: string } {
  const key = pipe.planKey(settings)
  const { schedule, guidance, dims } = key
  const steps = schedule.sigmas.length - 1
  return { key, shape: `${pipe.task} of [${dims}] in ${steps} steps at guidance ${guidance}` }
}
