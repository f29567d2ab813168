import { invalidArgument } from '@fastflow/core'

/** Cosine of the angle between two vectors of one length, in [-1, 1]; accumulates in float64. */
export function cosine(a: Float32Array, b: Float32Array, field: string): number {
  let dot = 0
  let squaresA = 0
  let squaresB = 0
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!
    squaresA += a[i]! * a[i]!
    squaresB += b[i]! * b[i]!
  }
  const norm = Math.sqrt(squaresA) * Math.sqrt(squaresB)
  if (!(norm > 0 && norm < Infinity)) {
    throw invalidArgument(
      field,
      `has features of length 0, NaN or Infinity; the network or its input is broken`,
    )
  }
  return Math.min(1, Math.max(-1, dot / norm))
}
