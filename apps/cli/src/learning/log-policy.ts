import { linUcb } from '@fastflow/bandits'
import { FastFlowError, invalidArgument, isRecord, parseJson } from '@fastflow/core'
import type { Pace } from '@fastflow/core/backend'
import { type DecisionRecord, learnerOfState } from '@fastflow/pipelines'
import { readBytes, reasonOf } from '../read-text.ts'

/** What a policy would do: the probability of every arm in a context, 0 outside those that are open. */
export type LogPolicy = (context: readonly number[], among: readonly number[]) => readonly number[]

/** Expected reward of every arm in a context. */
export type RewardModel = (context: readonly number[]) => readonly number[]

/**
 * The policy of a name: `full`, `uniform`, `nfe:N` (always that plan), or a file with a learned state (the snapshot
 * `<digest>.snapshot.json` of a policy store).
 *
 * @throws FastFlowError `invalid-argument` listing what there is, `policy-unreadable`.
 */
export async function namedPolicy(name: string, arms: readonly number[], path: string): Promise<LogPolicy> {
  if (name === 'uniform')
    return (_, among) => arms.map((__, arm) => (among.includes(arm) ? 1 / among.length : 0))
  const always =
    (chosen: number): LogPolicy =>
    (_, among) =>
      arms.map((__, arm) => (arm === chosen && among.includes(arm) ? 1 : 0))
  if (name === 'full') return always(arms.length - 1)
  const budget = /^nfe:(\d+)$/.exec(name)?.[1]
  if (budget === undefined) return learnedPolicy(path, arms)
  const arm = arms.indexOf(Number(budget))
  if (arm >= 0) return always(arm)
  throw invalidArgument(
    '--policy',
    `no arm of the log has ${budget} evaluations; available: ${arms.join(', ')}`,
  )
}

async function learnedPolicy(path: string, arms: readonly number[]): Promise<LogPolicy> {
  const fix = 'give full, uniform, nfe:N, or a file with a learned state'
  const unreadable = (problem: string, cause?: unknown): FastFlowError => {
    const message = `--policy: ${path} ${problem}; ${fix}`
    return new FastFlowError({ code: 'policy-unreadable', field: '--policy', message, cause })
  }
  let bytes: Uint8Array
  try {
    bytes = await readBytes(path)
  } catch (cause) {
    throw unreadable(`is no policy by that name and no file that can be read (${reasonOf(cause)})`, cause)
  }
  const value = parseJson(bytes, {
    code: 'policy-unreadable',
    name: '--policy',
    place: `--policy: ${path}`,
    fix,
  })
  const document = isRecord(value) && isRecord(value.document) ? value.document : value
  if (!isRecord(document)) throw unreadable('holds no learned state')
  const fitting = <Result>(act: () => Result): Result => {
    try {
      return act()
    } catch (cause) {
      throw unreadable(`holds no learned state that fits the log (${reasonOf(cause)})`, cause)
    }
  }
  const learner = fitting(() => learnerOfState(document.learner))
  const state = fitting(() => learner.parse(document.learner, arms.length))
  return (context, among) => fitting(() => learner.probabilities(state, context, among))
}

/** A ridge regression an arm in what was known at the first choice, fitted on these decisions. */
export async function rewardModel(records: readonly DecisionRecord[], pace: Pace): Promise<RewardModel> {
  const { arms, choices } = records[0]!
  const regression = linUcb()
  let state = regression.init({ arms: arms.length, dimension: choices[0]!.context.length })
  for (const { arm, choices: made, reward } of records) {
    if (pace.due()) await pace.rest()
    if (reward !== null) state = regression.update(state, { arm, context: made[0]!.context, reward })
  }
  return (given) => regression.forecast(state, given).map(({ mean }) => mean)
}
