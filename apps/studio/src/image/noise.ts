import { fillNormal, type RgbImage } from '@fastflow/core'

const SIZE = 32

/** What a seed looks like before the first step: normal noise, three deviations from black to white. */
export function noiseImage(seed: number): RgbImage {
  const noise = fillNormal(new Float32Array(3 * SIZE * SIZE), seed)
  const data = new Uint8Array(noise.length)
  for (const [n, value] of noise.entries())
    data[n] = Math.min(255, Math.max(0, Math.round((value / 3 + 1) * 127.5)))
  return { width: SIZE, height: SIZE, data }
}
