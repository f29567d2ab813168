import { linUcb } from '@fastflow/bandits'
import {
  type FastFlowError,
  invalidArgument,
  isJsonInput,
  isRecord,
  JsonField,
  type JsonSource,
  parseJson,
  reasonOf,
} from '@fastflow/core'
import { checkMethods, checkText, type Pace } from '@fastflow/core/backend'
import { type DecisionRecord, learnerOfState } from '@fastflow/pipelines'
import { checkArms } from './check-records.ts'

/** What a policy would do: the probability of every arm in a context, 0 outside those that are open. */
export type LogPolicy = (context: readonly number[], among: readonly number[]) => readonly number[]

/** Expected reward of every arm in a context. */
export type RewardModel = (context: readonly number[]) => readonly number[]

/**
 * The policy of a name: `full`, `uniform` or `nfe:N` (always that plan); undefined for another name.
 *
 * @param arms evaluations of the plans of a log; the last is the full run.
 * @param field what named it, for errors.
 * @throws FastFlowError `invalid-argument` naming the argument, also where no arm has so many evaluations.
 */
export function namedPolicy(name: string, arms: readonly number[], field = 'policy'): LogPolicy | undefined {
  if (name !== '') checkText('name', name, 'full, uniform or nfe:N')
  checkArms(arms)
  checkText('field', field, 'what named the policy')
  if (name === 'uniform')
    return (_, among) => arms.map((__, arm) => (among.includes(arm) ? 1 / among.length : 0))
  const always =
    (chosen: number): LogPolicy =>
    (_, among) =>
      arms.map((__, arm) => (arm === chosen && among.includes(arm) ? 1 : 0))
  if (name === 'full') return always(arms.length - 1)
  const budget = /^nfe:(\d+)$/.exec(name)?.[1]
  if (budget === undefined) return undefined
  const arm = arms.indexOf(Number(budget))
  if (arm >= 0) return always(arm)
  throw invalidArgument(field, `no arm of the log has ${budget} evaluations; available: ${arms.join(', ')}`)
}

/**
 * The policy of a learned state: the snapshot `<digest>.snapshot.json` of a policy store, or what is in it.
 *
 * @param input JSON, as text, bytes or parsed.
 * @param arms of the log it is to fit.
 * @param source what errors say of it.
 * @throws FastFlowError of the source's code, also from the policy; `invalid-argument` for arms and a source that are none.
 */
export function learnedPolicy(input: unknown, arms: readonly number[], source: JsonSource): LogPolicy {
  checkArms(arms)
  const { code, name, fix } = checkMethods('source', source, [], '{ code, name, fix }')
  for (const [part, text] of Object.entries({ code, name, fix })) checkText(`source.${part}`, text, 'a text')
  const unfit = (problem: string, cause?: unknown): FastFlowError =>
    new JsonField(undefined, source).wrong(problem, cause)
  const value = isJsonInput(input) ? parseJson(input, source) : input
  const document = isRecord(value) && isRecord(value.document) ? value.document : value
  if (!isRecord(document)) throw unfit('holds no learned state')
  const fitting = <Result>(act: () => Result): Result => {
    try {
      return act()
    } catch (cause) {
      throw unfit(`holds no learned state that fits the log (${reasonOf(cause)})`, cause)
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
