/** Lowest and highest sigma, 0 to 1, at which classifier-free guidance acts; elsewhere an evaluation is one pass. */
export type GuidanceInterval = readonly [low: number, high: number]

/** Grids computed in float32 or by sums miss their round numbers by less than this. */
const ROUNDING = 1e-6

/** Whether guidance acts at this noise level; without an interval it does at all of them. */
export function guidanceActs(interval: GuidanceInterval | undefined, sigma: number): boolean {
  if (interval === undefined) return true
  const [low, high] = interval
  return sigma >= low - ROUNDING && sigma <= high + ROUNDING
}

/**
 * Whether an evaluation at this guidance scale takes two passes: at 1 the unconditional one has no weight, at 0 the
 * conditional one. A scale that is not known is taken for one that does.
 */
export function takesBothPasses(scale: number | null | undefined): boolean {
  return scale !== 0 && scale !== 1
}
