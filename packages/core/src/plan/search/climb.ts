/** Moves of a node that are tried. */
const shifts = [-1, 1, -2, 2] as const

/** Sweeps over the nodes of a schedule; later ones gain little. */
const mostSweeps = 2

/**
 * Moves nodes of a schedule, one at a time, as long as that raises its value; the ends stay.
 *
 * @param stride grid steps that a move counts as one; 1 by default.
 */
export async function climb(
  path: readonly number[],
  judge: (path: readonly number[]) => Promise<number>,
  stride = 1,
): Promise<readonly number[]> {
  let best = path
  let value = await judge(path)
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    const before = value
    for (let m = path.length - 2; m > 0; m--) {
      for (const moved of movesOf(best, m, stride)) {
        const reached = await judge(moved)
        if (reached > value) [best, value] = [moved, reached]
      }
    }
    if (value === before) break
  }
  return best
}

/** The schedules with node `m` moved by one or two strides, where that lies between its neighbours. */
export function movesOf(path: readonly number[], m: number, stride = 1): number[][] {
  return shifts
    .map((shift) => path[m]! + shift * stride)
    .filter((node) => node > path[m - 1]! && node < path[m + 1]!)
    .map((node) => path.map((index, k) => (k === m ? node : index)))
}
