/**
 * Turns the velocities seen so far into the weights of one jump:
 * `x_to = x_from + sum_a weights[a] v(nodes[a])`.
 *
 * A skipped run of Euler steps with extrapolated velocities is such a combination, whatever its
 * length; so is one step of a linear multistep method.
 */
export interface Extrapolator {
  readonly name: string
  /** Velocities it uses at most, the current one included. */
  readonly depth: number
  /**
   * Writes `count` weights to `out`.
   *
   * @param nodes noise levels of the stored velocities, newest first; `nodes[0]` is `sigmas[from]`
   * @param count how many of them to use, between 1 and `depth`
   * @param sigmas the grid; the jump goes from index `from` to index `to`
   * @throws FastFlowError `invalid-argument` naming the argument, for what is no jump on a grid
   */
  weights(
    out: Float64Array,
    nodes: ArrayLike<number>,
    count: number,
    sigmas: readonly number[],
    from: number,
    to: number,
  ): void
}
