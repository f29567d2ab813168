import { join } from 'node:path'
import { takingTurns } from '@fastflow/bench'
import { FastFlowError, invalidArgument, sample } from '@fastflow/core'
import {
  landingLogs,
  type Pipeline,
  type PlanRunKey,
  planDigest,
  type RunSettings,
} from '@fastflow/pipelines'
import { casesOf } from '../cases.ts'
import { pathAt } from '../files.ts'
import type { Io } from '../io.ts'
import { findModel } from '../models.ts'
import { readPolicyFile } from '../policy-file.ts'
import { type ModelOptions, type RunOptions, runSettingsOf, withPipeline } from '../session.ts'

export interface LandingsOptions extends ModelOptions, RunOptions {
  readonly cases?: string
}

/**
 * Decimal logarithms of the landing mismatches of another model of the same shapes, under the plan of `options.model`.
 *
 * @param swapped folder of the other model.
 * @param arm index of the plan.
 * @throws FastFlowError `policy-unreadable` where the model brings no plans, `policy-mismatch` where not this one, `invalid-argument` for a folder of another
 *   architecture.
 */
export async function landingsOf(
  io: Io,
  options: LandingsOptions,
  swapped: string,
  arm: number,
  count: number,
): Promise<readonly (readonly number[])[]> {
  const settings = runSettingsOf(options)
  const folder = await findModel(io, options.model)
  const own = await withPipeline(io, options, async (pipe) => shapeOf(pipe, settings))
  const file = `${planDigest(own.key)}.json`
  const path = join(folder, 'policies', file)
  const policy = await readPolicyFile(path, '--swapped')
  const plan = policy.method === 'plan' ? policy.frontier.document.plans[arm] : undefined
  if (policy.method !== 'plan' || plan === undefined) {
    const message = `--swapped: ${path} has no plan number ${arm + 1}, which was measured; measure the quality of its plans`
    throw new FastFlowError({ code: 'policy-mismatch', field: '--swapped', message })
  }
  const { frontier } = policy
  return withPipeline(io, { ...options, model: pathAt(io, swapped, '--swapped') }, async (pipe) => {
    const other = shapeOf(pipe, settings).shape
    if (other !== own.shape)
      throw invalidArgument(
        '--swapped',
        `${swapped} is of another architecture, ${other} instead of ${own.shape}; give the same one with other weights`,
      )
    const turns = takingTurns(pipe, await casesOf(io, pipe, options.cases))
    const all: (readonly number[])[] = []
    for (let seed = 0; seed < count; seed++) {
      const flow = await turns.prepareTurn(seed, { ...settings, seed, signal: io.signal })
      const { velocity, schedule, noise } = flow
      const policy = { ...frontier.at(plan.budget), needs: ['mismatch'] as const }
      const { stats, status } = await sample({ velocity, schedule, x: noise, policy, signal: io.signal })
      if (status.kind !== 'completed') throw flow.failure(status)
      all.push(landingLogs(stats.mismatches))
    }
    return all
  })
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
