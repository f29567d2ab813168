import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { FastFlowError, parsePlan, sample } from '@fastflow/core'
import { landingLogs, planDigest } from '@fastflow/pipelines'
import { takingTurns } from '../bench/turns.ts'
import type { Io } from '../io.ts'
import { findModel } from '../models.ts'
import { casesOf } from '../quality/cases.ts'
import { type ModelOptions, type RunOptions, runSettingsOf, withPipeline } from '../session.ts'

export interface LandingsOptions extends ModelOptions, RunOptions {
  readonly cases?: string
}

/**
 * Decimal logarithms of the landing mismatches of another model of the same shapes, under the plan of `options.model`.
 *
 * @param swapped folder of the other model.
 * @param arm index of the plan.
 * @throws FastFlowError `policy-unreadable` where the model brings no plans.
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
  const digest = await withPipeline(io, options, async (pipe) => planDigest(pipe.planKey(settings)))
  const frontier = parsePlan(await readPlanFile(join(folder, 'policies', `${digest}.json`)))
  const plan = frontier.document.plans[arm]!
  return withPipeline(io, { ...options, model: resolve(io.cwd, swapped) }, async (pipe) => {
    const turns = takingTurns(pipe, await casesOf(io, pipe, options.cases))
    const all: (readonly number[])[] = []
    for (let seed = 0; seed < count; seed++) {
      const { velocity, schedule, noise } = await turns.prepareTurn(seed, { ...settings, seed })
      const policy = { ...frontier.at(plan.budget), needs: ['mismatch'] as const }
      const { stats } = await sample({ velocity, schedule, x: noise, policy, signal: io.signal })
      all.push(landingLogs(stats.mismatches))
    }
    return all
  })
}

async function readPlanFile(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    const message = `--swapped: needs the plans that the model ships, ${path} cannot be read; write them there with calibrate`
    throw new FastFlowError({ code: 'policy-unreadable', field: '--swapped', message, cause })
  }
}
