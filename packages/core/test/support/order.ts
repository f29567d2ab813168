/** Order of convergence: the least-squares slope of `log(error)` over `log(steps)`, sign turned. */
export function orderFrom(steps: readonly number[], errors: readonly number[]): number {
  const [x, y] = [steps.map(Math.log), errors.map(Math.log)]
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length
  const [mx, my] = [mean(x), mean(y)]
  const covariance = mean(x.map((value, i) => (value - mx) * (y[i]! - my)))
  return -covariance / mean(x.map((value) => (value - mx) ** 2))
}
