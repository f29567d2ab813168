import type { RgbImage } from '@fastflow/core'

/** One value of an image; any integer, cut to 0..255 when the image is made. */
export type Formula = (x: number, y: number, channel: number) => number

export function imageOf(width: number, height: number, formula: Formula): RgbImage {
  const data = new Uint8Array(3 * width * height)
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / 3)
    data[i] = Math.min(255, Math.max(0, formula(pixel % width, Math.floor(pixel / width), i % 3)))
  }
  return { width, height, data }
}

const triangle = (t: number, halfPeriod: number): number => Math.abs((t % (2 * halfPeriod)) - halfPeriod)

/** The formulas of training/reference/ssim.py, which explains them. */
export const scene: Formula = (x, y, c) =>
  3 * triangle((c + 2) * x + 3 * y, 64) + 61 * ((Math.floor(x / 4) + Math.floor(y / 5) + c) % 2)

const noiseOf =
  (width: number): Formula =>
  (x, y, c) =>
    (Math.imul((y * width + x) * 3 + c + 1, 2654435761) >>> 27) - 16

function blurOf(width: number, height: number): Formula {
  const at = (x: number, y: number, c: number): number =>
    scene(Math.min(width - 1, Math.max(0, x)), Math.min(height - 1, Math.max(0, y)), c)
  return (x, y, c) => {
    let sum = 0
    for (let j = -1; j <= 1; j++) for (let i = -1; i <= 1; i++) sum += at(x + i, y + j, c)
    return Math.floor(sum / 9)
  }
}

export function degraded(name: string, width: number, height: number): RgbImage {
  const noise = noiseOf(width)
  const formulas: Record<string, Formula> = {
    noise: (x, y, c) => scene(x, y, c) + noise(x, y, c),
    'strong-noise': (x, y, c) => scene(x, y, c) + 5 * noise(x, y, c),
    blur: blurOf(width, height),
    shift: (x, y, c) => scene((x - 2 + width) % width, y, c),
    brightness: (x, y, c) => scene(x, y, c) + 24,
    contrast: (x, y, c) => Math.floor(scene(x, y, c) / 2) + 64,
    negative: (x, y, c) => 255 - scene(x, y, c),
  }
  const formula = formulas[name]
  if (formula === undefined) throw new Error(`the reference file has a degradation unknown here: ${name}`)
  return imageOf(width, height, formula)
}
