import { type Bandit, BanditError, type MomentsRow, type State } from '@fastflow/bandits'
import { FastFlowError, isRecord, type SkipPolicy } from '@fastflow/core'
import { unreadablePolicy } from './document.ts'
import type { PaperState } from './paper.ts'

export interface PaperStateOwner {
  readonly policy: SkipPolicy<PaperState>
  readonly bandit: Bandit<MomentsRow>
  readonly arms: readonly number[]
  readonly source: string
}

/** A state that came from outside, checked down to the bandit of every step. */
export function parsePaperState(state: unknown, owner: PaperStateOwner): PaperState {
  const { policy, bandit, arms, source } = owner
  const wrong = (field: string, problem: string): FastFlowError =>
    unreadablePolicy(source, `state.${field}`, problem)
  if (!isRecord(state)) throw unreadablePolicy(source, 'state', 'is not an object')
  const { bandits, generations, mu = null } = state
  if (state.bandit !== bandit.name) throw differs(source, 'bandit', state.bandit, bandit.name)
  if (JSON.stringify(state.arms) !== JSON.stringify(arms)) throw differs(source, 'arms', state.arms, arms)
  if (!isCount(generations))
    throw wrong('generations', `${JSON.stringify(generations)} is not a whole number`)
  if (mu !== null && !(typeof mu === 'number' && mu > 0))
    throw wrong('mu', `${JSON.stringify(mu)} is not a positive number`)
  if (!Array.isArray(bandits)) throw wrong('bandits', 'is not a list')
  const numSteps = bandits.length
  if (state.numSteps !== numSteps)
    throw wrong('bandits', `has ${numSteps} entries for ${JSON.stringify(state.numSteps)} steps`)
  // The state after a run that counted for nothing tells which steps have a choice, and between how many skip lengths.
  const started = policy.init({ sigmas: [], numSteps, random: () => 0 })
  const blank = policy.finish(started, { completed: false, nfe: 0 })
  return {
    ...blank,
    generations,
    mu,
    bandits: blank.bandits.map((empty, step) => parseBandit(bandits[step], empty, step, owner)),
  }
}

function parseBandit(
  value: unknown,
  empty: State<MomentsRow> | null,
  step: number,
  { bandit, source }: PaperStateOwner,
): State<MomentsRow> | null {
  const field = `state.bandits[${step}]`
  if (empty === null) {
    if (value === null) return null
    throw unreadablePolicy(source, field, 'is not null, though the step leaves no choice')
  }
  let parsed: State<MomentsRow>
  try {
    parsed = bandit.parse(value)
  } catch (cause) {
    if (!BanditError.isInstance(cause)) throw cause
    throw unreadablePolicy(source, fieldWithin(field, cause), problemOf(cause), cause)
  }
  if (parsed.arms === empty.arms) return parsed
  throw unreadablePolicy(source, field, `has ${parsed.arms} arms where the step has ${empty.arms}`)
}

/** The field of a bandit's state as one of the document; the state as a whole is `field` itself. */
function fieldWithin(field: string, { field: inner }: BanditError): string {
  return inner === 'state' ? field : `${field}.${inner}`
}

/** What is wrong, without the field that the message begins with. */
function problemOf({ field, message }: BanditError): string {
  return message.slice(field.length + 2)
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0
}

function differs(source: string, field: string, learned: unknown, wanted: unknown): FastFlowError {
  const difference = `${field} is ${JSON.stringify(learned)} in the policy and ${JSON.stringify(wanted)} in this run`
  const message = `${source}: ${difference}; learn a policy for these settings`
  return new FastFlowError({ code: 'policy-mismatch', field: `policy.state.${field}`, message })
}
