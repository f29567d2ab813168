import { meanOf, psnrOf } from '../document/quality.ts'
import type { Rehearsal } from '../fit/rehearse.ts'
import type { Trial } from './trial.ts'

/**
 * What models answer to errors on the whole, see {@link RehearsalOptions.responses}. That a model damps errors is never assumed:
 * it may on most samples and amplify them on a few, and those few would be off by far.
 */
const responses = [-3, -2, -1, 0] as const

/** What a model answers that amplifies errors as much as is reckoned with. */
export const lowestResponse: number = responses[0]

/** Responses to rehearse with where nothing has been walked yet: weights have to bear all of them. */
const allResponses = [-3, 0, 3] as const

/** Responses to rehearse with where the model's is about this one: what only one of them favours does not hold. */
export function responsesNear(response: number | undefined): readonly number[] {
  return response === undefined ? allResponses : [response - 1, response + 1]
}

/**
 * The response whose forecasts differ between schedules as the walked ones did: least squares, over every two schedules of one
 * budget on the same noise, of the difference of their PSNR. Undefined where no budget has two.
 *
 * How far a forecast is off on the whole says nothing (it is always too rosy), so only differences count.
 */
export async function fitResponse(
  trials: readonly Trial[],
  rehearsalOf: (response: number) => Promise<Rehearsal>,
  range: number,
): Promise<number | undefined> {
  const groups = new Map<number, Trial[]>()
  for (const trial of trials.filter(({ parts }) => parts === 1)) {
    groups.set(trial.path.length, [...(groups.get(trial.path.length) ?? []), trial])
  }
  const compared = [...groups.values()].filter((group) => group.length > 1)
  if (compared.length === 0) return undefined
  const misfits: number[] = []
  for (const response of responses) {
    const rehearsal = await rehearsalOf(response)
    let total = 0
    for (const group of compared) {
      const forecasts: number[][] = []
      // Not the last jump, which was fitted on what the network answered.
      for (const trial of group)
        forecasts.push(psnrs(await rehearsal.errors(trial, trial.weights.slice(0, -1)), range))
      total += misfit(group, forecasts)
    }
    misfits.push(total)
  }
  return responses[misfits.indexOf(Math.min(...misfits))]
}

const psnrs = (errors: readonly number[], range: number): number[] => errors.map((mse) => psnrOf(mse, range))

/** Squared differences between what was forecast and what came, each run's means over the schedules taken off. */
function misfit(group: readonly Trial[], forecasts: readonly (readonly number[])[]): number {
  const runs = Math.min(...group.map(({ scores }, k) => Math.min(scores.length, forecasts[k]!.length)))
  let sum = 0
  for (let n = 0; n < runs; n++) {
    const off = group.map(({ scores }, k) => scores[n]! - forecasts[k]![n]!)
    const mean = meanOf(off)
    for (const value of off) sum += (value - mean) ** 2
  }
  return sum
}
