import { checkWhole } from '@fastflow/core/backend'
import type { ImageInput } from '../state/image-input.ts'
import { MAX_SIZE } from '../state/sizes.ts'

type Inside = (x: number, y: number) => boolean

/** Areas within [-1, 1] squared. */
const shapes: readonly Inside[] = [
  (x, y) => x * x + y * y < 0.64,
  (x, y) => Math.max(Math.abs(x), Math.abs(y)) < 0.65,
  (x, y) => y < 0.7 && Math.abs(x) < (y + 0.8) / 1.7,
  (x, y) => Math.abs(Math.hypot(x, y) - 0.6) < 0.2,
  (x, y) => Math.min(Math.abs(x), Math.abs(y)) < 0.2 && Math.max(Math.abs(x), Math.abs(y)) < 0.8,
]

const colours: readonly (readonly [number, number, number])[] = [
  [229, 57, 53],
  [30, 136, 229],
  [253, 216, 53],
  [67, 160, 71],
]

/** Coloured shapes on white, every shape in every colour: something to edit where nothing better is at hand. */
export function syntheticImages(size: number): readonly ImageInput[] {
  checkWhole('size', size, 1, MAX_SIZE)
  return colours.flatMap((colour) => shapes.map((inside) => draw(inside, colour, size)))
}

function draw(inside: Inside, colour: readonly number[], size: number): ImageInput {
  const data = new Uint8Array(3 * size * size).fill(255)
  const at = (pixel: number): number => (2 * pixel + 1) / size - 1
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++)
      if (inside(at(column), at(row))) data.set(colour, 3 * (row * size + column))
  }
  return { width: size, height: size, data }
}
