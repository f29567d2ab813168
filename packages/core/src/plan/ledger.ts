import { checkFunction } from '../check/values.ts'
import { FastFlowError } from '../errors.ts'
import type { AbortSignalLike, Velocity } from '../ports/velocity.ts'
import { checkVelocity } from '../sample/check-velocity.ts'
import type { VectorSpace } from '../space/vector-space.ts'

/** Counts every evaluation a calibration makes and keeps it within its limit. */
export interface Ledger {
  readonly limit: number
  readonly spent: number
  readonly left: number
}

/** The same ledger with some of what is left kept back. */
export function keepingBack(ledger: Ledger, kept: number): Ledger {
  return {
    limit: ledger.limit,
    get spent() {
      return ledger.spent
    },
    get left() {
      return Math.max(0, ledger.left - kept)
    },
  }
}

interface CountedVelocity<T> {
  readonly ledger: Ledger
  /** The same velocity, counted, cancellable and refusing NaN. */
  count(velocity: Velocity<T>): Velocity<T>
}

/** @param onEvaluation told the number spent so far after each one. */
export function createLedger<T>(
  space: VectorSpace<T>,
  limit: number,
  alreadySpent: number,
  signal: AbortSignalLike | undefined,
  onEvaluation: (spent: number) => void,
): CountedVelocity<T> {
  let spent = alreadySpent
  const ledger: Ledger = {
    limit,
    get spent() {
      return spent
    },
    get left() {
      return limit - spent
    },
  }
  return {
    ledger,
    count: (velocity) => async (x, sigma, call) => {
      checkFunction('velocity', velocity, '(x, sigma) => dx/dsigma')
      checkNotAborted(signal)
      spent++
      const v = await velocity(x, sigma, { ...call, signal })
      checkNotAborted(signal)
      checkVelocity(v, x)
      const { guidance } = call
      const finite = (await space.isFinite(v)) && (!guidance?.written || (await space.isFinite(guidance.out)))
      if (!finite) {
        throw new FastFlowError({
          code: 'non-finite-velocity',
          field: 'velocity',
          message: `velocity: NaN or infinite at step ${call.index} (sigma ${sigma}); check the model and its inputs`,
        })
      }
      onEvaluation(spent)
      return v
    },
  }
}

function checkNotAborted(signal: AbortSignalLike | undefined): void {
  if (!signal?.aborted) return
  throw new FastFlowError({
    code: 'aborted',
    field: 'signal',
    message: 'calibration was cancelled; pass the last checkpoint to go on from there',
    cause: signal.reason,
  })
}
