/** Index of the grid value closest to `sigma`. */
export function nearestIndex(sigmas: readonly number[], sigma: number): number {
  let best = 0
  for (let k = 1; k < sigmas.length; k++) {
    if (Math.abs(sigmas[k]! - sigma) < Math.abs(sigmas[best]! - sigma)) best = k
  }
  return best
}
