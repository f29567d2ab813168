import type { Bandit, MomentsRow, State } from '@fastflow/bandits'
import {
  type BanditSkipState,
  brief,
  FastFlowError,
  type JsonField,
  type SkipPolicy,
  sameJson,
} from '@fastflow/core'
import { banditFault } from './bandit-fault.ts'
import { policyField } from './document.ts'

/** What the policy has learned, plain JSON: one UCB1 bandit a grid step. */
export type PaperState = BanditSkipState<State<MomentsRow>>

export interface PaperStateOwner {
  readonly policy: SkipPolicy<PaperState>
  readonly bandit: Bandit<MomentsRow>
  readonly arms: readonly number[]
  readonly source: string
}

/** Prices beyond this are no mean squared errors of velocities; rewards in units of them would not be finite. */
const PRICE = { least: 1e-60, most: 1e60 }

/** A state that came from outside, checked down to the bandit of every step. */
export function parsePaperState(value: unknown, owner: PaperStateOwner): PaperState {
  const { policy, bandit, arms, source } = owner
  const state = policyField({ state: value }, source).at('state')
  const same = { bandit: bandit.name, arms }
  for (const [name, wanted] of Object.entries(same))
    if (!sameJson(state.at(name).value, wanted)) throw differs(source, name, state.at(name).value, wanted)
  const generations = state.at('generations').whole()
  const mu = state.at('mu').empty ? null : state.at('mu').number(PRICE)
  const bandits = state.at('bandits').items()
  const numSteps = bandits.length
  if (state.at('numSteps').value !== numSteps)
    throw state.at('bandits').wrong(`has ${numSteps} entries for ${brief(state.at('numSteps').value)} steps`)
  // The state after a run that counted for nothing tells which steps have a choice, and between how many skip lengths.
  const started = policy.init({ sigmas: [], numSteps, random: () => 0 })
  const blank = policy.finish(started, { completed: false, nfe: 0 })
  return {
    ...blank,
    generations,
    mu,
    bandits: blank.bandits.map((empty, step) => parseBandit(bandits[step]!, empty, bandit)),
  }
}

function parseBandit(
  field: JsonField,
  empty: State<MomentsRow> | null,
  bandit: Bandit<MomentsRow>,
): State<MomentsRow> | null {
  if (empty === null) {
    if (field.value === null) return null
    throw field.wrong('is not null, though the step leaves no choice')
  }
  let parsed: State<MomentsRow>
  try {
    parsed = bandit.parse(field.value)
  } catch (cause) {
    throw banditFault(field, cause)
  }
  if (parsed.arms === empty.arms) return parsed
  throw field.wrong(`has ${parsed.arms} arms where the step has ${empty.arms}`)
}

function differs(source: string, field: string, learned: unknown, wanted: unknown): FastFlowError {
  const difference = `${field} is ${brief(learned)} in the policy and ${brief(wanted)} in this run`
  const message = `${source}: ${difference}; learn a policy for these settings`
  return new FastFlowError({ code: 'policy-mismatch', field: `policy.state.${field}`, message })
}
