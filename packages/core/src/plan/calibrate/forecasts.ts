import { meanOf, psnrOf } from '../document/quality.ts'
import { createRehearsal, leaveOneOut, type Rehearsal, type RehearsalOptions } from '../fit/rehearse.ts'
import { type Candidate, nameOf } from '../search/candidate.ts'
import type { RunForecasts } from '../search/judge.ts'
import { responsesNear } from '../search/response.ts'
import { type RuleSetting, ruleRows } from '../search/rules.ts'

/**
 * Forecasts of single runs where the model's response is about `response`: each recorded run follows the candidate's weights,
 * fitted without it where they are fitted.
 */
export interface Forecasts {
  at(response: number | undefined): Promise<RunForecasts>
}

export function createForecasts(options: RehearsalOptions, setting: RuleSetting, range: number): Forecasts {
  const fitted = new Map<number | undefined, Promise<Rehearsal[]>>()
  const playing = new Map<number | undefined, Promise<Rehearsal>>()
  const known = new Map<string, Promise<readonly number[]>>()
  const remembered = <K, V>(memory: Map<K, V>, key: K, make: () => V): V => {
    const value = memory.get(key) ?? make()
    memory.set(key, value)
    return value
  }
  const near = (response: number | undefined): RehearsalOptions => ({
    ...options,
    responses: responsesNear(response),
  })
  const rowsOf = async (candidate: Candidate): Promise<readonly (readonly number[][])[]> => {
    if (candidate.rule !== undefined) return [ruleRows(candidate.rule, candidate.path, setting)]
    const { response } = candidate
    const rehearsals = await remembered(fitted, response, () => leaveOneOut(near(response)))
    return Promise.all(rehearsals.map((rehearsal) => rehearsal.weights(candidate)))
  }
  const forecast = async (candidate: Candidate, response: number | undefined): Promise<number[]> => {
    const rehearsal = await remembered(playing, response, () => createRehearsal(near(response)))
    const rows = await rowsOf(candidate)
    const tables = await Promise.all(rows.map((weights) => rehearsal.errors(candidate, weights)))
    const answers = responsesNear(response).length
    return options.grams.map((_, n) => {
      const errors = (tables.length > 1 && n < tables.length - 1 ? tables[n]! : tables.at(-1)!).slice(
        n * answers,
        (n + 1) * answers,
      )
      return meanOf(errors.map((mse) => psnrOf(mse, range)))
    })
  }
  return {
    at: async (response) => (candidate) =>
      remembered(known, `${response} ${nameOf(candidate)}`, () => forecast(candidate, response)),
  }
}
