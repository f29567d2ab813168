import type { AbortSignalLike } from '../../abort-signal.ts'
import { checkFunction } from '../../check/values.ts'
import { FastFlowError, throwIfAborted } from '../../errors.ts'
import { createPace, type Pace } from '../../pace.ts'
import type { Velocity } from '../../ports/velocity.ts'
import { checkVelocity } from '../../sample/check-velocity.ts'
import { nonFiniteFix } from '../../sample/non-finite.ts'
import type { VectorSpace } from '../../space/vector-space.ts'

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
  /** For what is computed between evaluations, cancelled by the same signal. */
  readonly pace: Pace
  /** The same velocity, counted, cancellable and refusing NaN. */
  count(velocity: Velocity<T>): Velocity<T>
}

/**
 * @param onEvaluation told the number spent so far after each one.
 * @throws FastFlowError `aborted` where the signal is aborted already.
 */
export function createLedger<T>(
  space: VectorSpace<T>,
  limit: number,
  alreadySpent: number,
  signal: AbortSignalLike | undefined,
  onEvaluation: (spent: number) => void,
): CountedVelocity<T> {
  const look = (): void =>
    throwIfAborted(signal, 'calibration', 'pass the last checkpoint to go on from there')
  look()
  const pace = createPace(look)
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
    pace,
    count: (velocity) => async (x, sigma, call) => {
      checkFunction('velocity', velocity, '(x, sigma) => dx/dsigma')
      if (pace.due()) await pace.rest()
      look()
      spent++
      const v = await velocity(x, sigma, { ...call, signal })
      // What a cancelled evaluation returns may be unfinished.
      look()
      checkVelocity(v, x)
      const { guidance } = call
      const finite = (await space.isFinite(v)) && (!guidance?.written || (await space.isFinite(guidance.out)))
      if (!finite) {
        throw new FastFlowError({
          code: 'non-finite-velocity',
          field: 'velocity',
          message: `velocity: NaN or infinite at step ${call.index} (sigma ${sigma}); ${nonFiniteFix}`,
        })
      }
      onEvaluation(spent)
      return v
    },
  }
}
