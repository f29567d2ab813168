import { type AbortSignalLike, type Frontier, sample } from '@fastflow/core'
import { landingLogs, type RunSettings } from '@fastflow/pipelines'
import type { TurnPipeline } from '../source/turns.ts'

export interface LandingOptions {
  /** Runs, of the noises 0, 1, ... */
  readonly count: number
  /** Steps, guidance, frames. */
  readonly settings: RunSettings
  readonly signal: AbortSignalLike
}

/**
 * Decimal logarithms of the landing mismatches of every run of a model under a plan, which need not be its own.
 *
 * Cost: `count * budget` evaluations.
 *
 * @param budget of a plan of the frontier.
 * @throws FastFlowError as the pipeline does, `aborted`.
 */
export async function landingsUnder(
  turns: TurnPipeline,
  frontier: Frontier,
  budget: number,
  { count, settings, signal }: LandingOptions,
): Promise<readonly (readonly number[])[]> {
  const all: (readonly number[])[] = []
  for (let seed = 0; seed < count; seed++) {
    const flow = await turns.prepareTurn(seed, { ...settings, seed, signal })
    const { velocity, schedule, noise } = flow
    const policy = { ...frontier.at(budget), needs: ['mismatch'] as const }
    const { stats, status } = await sample({ velocity, schedule, x: noise, policy, signal })
    if (status.kind !== 'completed') throw flow.failure(status)
    all.push(landingLogs(stats.mismatches))
  }
  return all
}
