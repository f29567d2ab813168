/** The vectors analytic flows run on. */
export type Reals = Float32Array | Float64Array

/** A closed-form velocity: writes `dx/dsigma` at `(x, sigma)` to `call.out`; works as `Velocity` of either type. */
export type AnalyticVelocity = <T extends Reals>(x: T, sigma: number, call: { readonly out: T }) => T
