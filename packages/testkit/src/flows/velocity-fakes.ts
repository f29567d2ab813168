import type { Velocity, VelocityCall } from '@fastflow/core'

/** One recorded evaluation. */
export interface VelocityRecord {
  readonly index: number
  readonly sigma: number
  readonly branch: VelocityCall<unknown>['branch']
}

export interface CountingVelocity<T> {
  readonly velocity: Velocity<T>
  /** Evaluations so far, in order. */
  readonly calls: readonly VelocityRecord[]
  readonly nfe: number
  /** @throws Error unless exactly `nfe` evaluations were made. */
  expectNfe(nfe: number): void
  /** Forgets the recorded calls. */
  reset(): void
}

/** The same velocity, recording every call: the count that `stats.nfe` is held against. */
export function countingVelocity<T>(velocity: Velocity<T>): CountingVelocity<T> {
  const calls: VelocityRecord[] = []
  return {
    velocity: (x, sigma, call) => {
      calls.push({ index: call.index, sigma, branch: call.branch })
      return velocity(x, sigma, call)
    },
    calls,
    get nfe() {
      return calls.length
    },
    expectNfe: (nfe) => {
      if (calls.length === nfe) return
      const indices = calls.map(({ index }) => index).join(', ')
      throw new Error(`expected ${nfe} evaluations, counted ${calls.length} (at indices ${indices})`)
    },
    reset: () => {
      calls.length = 0
    },
  }
}

/** Velocity `-x` that turns into NaN in one element at grid index `at`. */
export function nanVelocity<T extends Float32Array | Float64Array>(at: number): Velocity<T> {
  return (x, _, { index, out }) => {
    for (let k = 0; k < x.length; k++) out[k] = -x[k]!
    if (index === at) out[x.length - 1] = NaN
    return out
  }
}
