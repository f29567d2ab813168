/** One planned run: where to evaluate and how to jump. */
export interface PlannedSteps {
  /** Evaluated grid indices, the first one 0. */
  readonly nodes: readonly number[]
  /** Weights of the jump from each node, newest velocity first; with `guidance`, of the conditional velocities. */
  readonly weights: readonly (readonly number[])[]
  /**
   * Weight of the state in the last jump, 1 when omitted. Every other jump adds to the state as it is.
   */
  readonly stateWeight?: number
  /** The part of classifier-free guidance, where it has weights (and perhaps evaluations) of its own. */
  readonly guidance?: PlannedGuidance
}

/** Where the guidance term `g = v - c` is evaluated, and how each jump uses it. */
export interface PlannedGuidance {
  /** Nodes at which both passes are run, the first one 0; at the others only the conditional pass is. */
  readonly nodes: readonly number[]
  /** Weights of the guidance terms for the jump from each of the plan's nodes, newest term first. */
  readonly weights: readonly (readonly number[])[]
}
