/** `c^T G c`: mean square of a combination of recorded velocities. */
export function quadratic(gram: Float64Array, combination: Float64Array): number {
  const size = combination.length
  let sum = 0
  for (let a = 0; a < size; a++) {
    if (combination[a] === 0) continue
    for (let b = 0; b < size; b++) sum += combination[a]! * gram[a * size + b]! * combination[b]!
  }
  return Math.max(0, sum)
}
