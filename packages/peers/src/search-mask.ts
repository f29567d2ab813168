import { invalidArgument, type Random } from '@fastflow/core'
import { checkFunction, checkOptions, checkWhole, type OptionNames } from '@fastflow/core/backend'
import { drawnMove, neighbours, randomMask } from './mask-moves.ts'

export interface SearchMaskOptions {
  /** T: grid steps, at least 1. */
  readonly numSteps: number
  /** Steps that are evaluated, 1 to T. */
  readonly nfe: number
  /** Distinct masks whose loss may be asked for, at least 1. */
  readonly masks: number
  /** Mean squared error of what a mask makes, one entry a step, 1 evaluated, 0 skipped. Asked once a mask. */
  readonly loss: (mask: readonly number[]) => Promise<number>
  /** Uniform on [0, 1). */
  readonly random: Random
}

const names: OptionNames<SearchMaskOptions> = {
  numSteps: true,
  nfe: true,
  masks: true,
  loss: true,
  random: true,
}

/** Temperatures of the annealing, first and last: mean squared errors. */
const HOT = 0.05
const COLD = 1e-5

/** Share of the masks that annealing may try; the rest is for climbing. The original allows 200 and then as many as it takes. */
const ANNEALED = 0.5

/** Draws without a new mask after which there is nothing left to try. */
const IDLE = 200

/**
 * BudCache's search for the steps to evaluate: simulated annealing from a random mask, one or two steps moved at a time, then
 * steepest descent over masks with one step moved, until none is better or all masks are spent. The first quarter of the
 * evaluations stays at the first steps.
 *
 * Cost: `masks` calls of `loss` at most.
 *
 * @returns the best mask that was tried.
 * @throws FastFlowError `invalid-argument` naming the option; whatever `loss` throws.
 */
export async function searchMask(options: SearchMaskOptions): Promise<readonly number[]> {
  checkOptions('options', options, names)
  const numSteps = checkWhole('numSteps', options.numSteps, 1, 10_000)
  const nfe = checkWhole('nfe', options.nfe, 1, numSteps)
  const masks = checkWhole('masks', options.masks, 1)
  const { loss, random } = options
  checkFunction('loss', loss, 'async (mask) => ...')
  checkFunction('random', random, 'createRandom(0).next')
  const known = new Map<string, number>()
  let best: { readonly mask: readonly number[]; readonly loss: number } | undefined
  const ask = async (mask: readonly number[]): Promise<number> => {
    const key = mask.join('')
    const before = known.get(key)
    if (before !== undefined) return before
    const value: unknown = await loss(mask)
    if (typeof value !== 'number') throw invalidArgument('loss', `gave ${String(value)} instead of a number`)
    known.set(key, value)
    if (best === undefined || value < best.loss) best = { mask, loss: value }
    return value
  }

  const annealing = Math.max(1, Math.round(ANNEALED * masks))
  let mask = randomMask(numSteps, nfe, random)
  let current = await ask(mask)
  for (let tries = 0; known.size < annealing && tries < annealing + IDLE; tries++) {
    const next = drawnMove(mask, random)
    const value = await ask(next)
    const heat = HOT * (COLD / HOT) ** (known.size / annealing)
    if (!(value < current || random() < Math.exp((current - value) / heat))) continue
    ;[mask, current] = [next, value]
  }
  for (;;) {
    const from = mask
    for (const next of neighbours(mask, random)) {
      if (known.size >= masks && !known.has(next.join(''))) continue
      const value = await ask(next)
      if (value < current) [mask, current] = [next, value]
    }
    if (mask === from) return best!.mask
  }
}
