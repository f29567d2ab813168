import type { Velocity } from '@fastflow/core'

/** Clusters of the data, evenly spread on the unit circle. */
const CLUSTERS = 8

/** Standard deviation of a cluster. */
const STD = 0.15

/**
 * Velocity of the flow of the plane from unit noise to eight clusters on a circle, in closed form. The state is a list of points,
 * each of which flows by itself: `[x, y, x, y, ...]`.
 *
 * `v = sum_i r_i (rate (x - (1 - sigma) mean_i) - mean_i)`, where `r_i` is the chance that the point comes from cluster i,
 * `rate = (sigma - (1 - sigma) STD^2) / s^2` and `s^2 = (1 - sigma)^2 STD^2 + sigma^2`. Points near the border between two
 * clusters have to decide late, so their paths bend.
 */
export const ringVelocity: Velocity<Float32Array> = (points, sigma, { out }) => {
  const left = 1 - sigma
  const variance = left * left * STD * STD + sigma * sigma
  const rate = (sigma - left * STD * STD) / variance
  for (let k = 0; k < points.length; k += 2) {
    const [x, y] = [points[k]!, points[k + 1]!]
    const [meanX, meanY] = expectedData(x, y, left, variance)
    out[k] = rate * (x - left * meanX) - meanX
    out[k + 1] = rate * (y - left * meanY) - meanY
  }
  return out
}

/** Centre of the clusters that a point may come from, each by its chance. */
function expectedData(x: number, y: number, left: number, variance: number): readonly [number, number] {
  // Clusters are equally far from the origin, so squared distances differ by the inner products alone.
  const most = Math.hypot(x, y)
  let [total, meanX, meanY] = [0, 0, 0]
  for (let i = 0; i < CLUSTERS; i++) {
    const angle = (2 * Math.PI * i) / CLUSTERS
    const [centreX, centreY] = [Math.cos(angle), Math.sin(angle)]
    const chance = Math.exp((left * (x * centreX + y * centreY - most)) / variance)
    total += chance
    meanX += chance * centreX
    meanY += chance * centreY
  }
  return [meanX / total, meanY / total]
}
