import { emulateSolver, type Plan, type Random, type Recorder, type SampleResult } from '@fastflow/core'
import type { RunOptions } from '../policy/acceleration.ts'
import { sampleRun } from '../policy/sample-run.ts'
import type { Certificate } from './certify.ts'
import { type ChoosingOptions, choose, goOn, isLearned, type Route } from './choose.ts'
import { sized, sizeScore } from './early.ts'
import { contextOf } from './features.ts'
import { listening } from './measure-quality.ts'
import { listen } from './replan.ts'
import { steered } from './steer.ts'
import type { TargetState, Terms } from './terms.ts'

/** What a request is decided by. */
export interface Deciding {
  readonly state: TargetState
  readonly terms: Terms
  readonly certificate: Certificate
  readonly options: ChoosingOptions
  readonly frontier: Plan
  /** Whether full runs are listened to, so that plans can come from them. */
  readonly listens: boolean
  readonly random: Random
}

/** A request that was run. */
export interface Ran {
  readonly result: SampleResult<unknown, unknown>
  /** Undefined where it ended before anything was decided. */
  readonly route: Route | undefined
  readonly recorder: Recorder<unknown> | undefined
}

/** Runs a request: by a plan that is known beforehand, or, where a bandit chooses, by one that is chosen on the way. */
export function runRequest(run: RunOptions, deciding: Deciding): Promise<Ran> {
  return isLearned(deciding.state, deciding.options) ? runSteered(run, deciding) : runDecided(run, deciding)
}

async function runDecided(run: RunOptions, deciding: Deciding): Promise<Ran> {
  const { state, terms, certificate, options, frontier, random } = deciding
  const route = choose(state, terms, certificate, contextOf(run.features, state.previous), options, random)
  const plan = frontier.document.plans[route.arm]
  if (plan !== undefined)
    return {
      result: await sampleRun({ ...run, policy: listening(frontier.at(plan.budget)) }),
      route,
      recorder: undefined,
    }
  const recorder = deciding.listens ? listen(run) : undefined
  const result = await sampleRun({ ...run, ...(recorder && { velocity: recorder.velocity }) })
  return { result, route, recorder }
}

/** Velocities that a solver's steps are written in where a bandit takes every step; more change nothing that can be seen. */
const ENOUGH = 6

async function runSteered(run: RunOptions, deciding: Deciding): Promise<Ran> {
  const { state, terms, certificate, options, frontier, random } = deciding
  const first = sized(run.velocity, run.space)
  const policy = steered(frontier, {
    begin(next) {
      const context = contextOf(run.features, state.previous, sizeScore(terms.table, first.size()))
      return choose(state, terms, certificate, context, options, next)
    },
    goOn: (route, evaluations, landings, next) => goOn(route, state, terms, evaluations, landings, next),
  })
  const result = await sampleRun({
    ...run,
    velocity: first.velocity,
    policy,
    random,
    ...(run.solver && { extrapolator: emulateSolver(run.solver, ENOUGH) }),
  })
  return { result, route: result.policyState.route, recorder: undefined }
}
