// What the benches beside this file share.

/** Noises that no calibration has seen, and nobody types. */
export const FIRST_SEED = 500_000

/** Of values in [-1, 1], dB. */
export function psnr(one, other) {
  let sum = 0
  for (let k = 0; k < one.length; k++) sum += (one[k] - other[k]) ** 2
  return Math.min(120, 10 * Math.log10(4 / Math.max(sum / one.length, 1e-13)))
}

/** Mean / tenth percentile. */
export function cell(list) {
  const sorted = [...list].sort((a, b) => a - b)
  const mean = list.reduce((sum, value) => sum + value, 0) / list.length
  return `${mean.toFixed(1)} / ${sorted[Math.floor(0.1 * (sorted.length - 1))].toFixed(1)}`
}

/** Of models that edit: a disc on another colour. */
export function disc(size, seed) {
  const data = new Uint8Array(3 * size * size)
  for (let k = 0; k < size * size; k++) {
    const inside = Math.hypot((k % size) - size / 2, Math.floor(k / size) - size / 2) < size / 3
    for (let c = 0; c < 3; c++) data[3 * k + c] = (inside ? 60 : 200) + ((seed * (c + 3) * 29) % 50)
  }
  return { width: size, height: size, data }
}
