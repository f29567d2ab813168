import { type AbortSignalLike, type Plan, sample } from '@fastflow/core'
import {
  checkFrontier,
  checkMethods,
  checkOptions,
  checkSignal,
  checkWhole,
  type OptionNames,
} from '@fastflow/core/backend'
import { landingLogs, type RunSettings } from '@fastflow/pipelines'
import { checkSource } from '../check/values.ts'
import type { TurnPipeline } from '../source/turns.ts'

export interface LandingOptions {
  /** Runs, of the noises 0, 1, ... */
  readonly count: number
  /** Steps, guidance, frames. */
  readonly settings: RunSettings
  readonly signal: AbortSignalLike
}

const names: OptionNames<LandingOptions> = { count: true, settings: true, signal: true }

/**
 * Decimal logarithms of the landing mismatches of every run of a model under a plan, which need not be its own.
 *
 * Cost: `count * budget` evaluations.
 *
 * @param budget of a plan of the frontier.
 * @throws FastFlowError `invalid-argument` naming the argument, and as the pipeline does; `aborted`.
 */
export async function landingsUnder(
  turns: TurnPipeline,
  frontier: Plan,
  budget: number,
  options: LandingOptions,
): Promise<readonly (readonly number[])[]> {
  checkSource(turns, ['prepareTurn'])
  checkFrontier('frontier', frontier)
  checkWhole('budget', budget, 1)
  const planned = frontier.at(budget)
  checkOptions('options', options, names)
  const { count, settings, signal } = options
  checkWhole('count', count, 1)
  checkMethods('settings', settings, [], 'the settings of the runs, such as { numSteps }')
  checkSignal(signal)
  const all: (readonly number[])[] = []
  for (let seed = 0; seed < count; seed++) {
    const flow = await turns.prepareTurn(seed, { ...settings, seed, signal })
    const { velocity, schedule, noise } = flow
    const policy = { ...planned, needs: ['mismatch'] as const }
    const { stats, status } = await sample({ velocity, schedule, x: noise, policy, signal })
    if (status.kind !== 'completed') throw flow.failure(status)
    all.push(landingLogs(stats.mismatches))
  }
  return all
}
