/** PSNR in dB between states whose values span 2; at most 100, as equal ones have. */
export function decibels(a: Float32Array, b: Float32Array): number {
  const sum = a.reduce((total, value, k) => total + (value - b[k]!) ** 2, 0)
  return Math.min(100, -10 * Math.log10(sum / a.length / 4))
}
