import { checkImage, type ImageInput } from '../state/image-input.ts'
import type { Size } from './sizes.ts'

/** Widths and heights that the model was trained on. */
const preferred: readonly (readonly [width: number, height: number])[] = [
  [672, 1568],
  [688, 1504],
  [720, 1456],
  [752, 1392],
  [800, 1328],
  [832, 1248],
  [880, 1184],
  [944, 1104],
  [1024, 1024],
  [1104, 944],
  [1184, 880],
  [1248, 832],
  [1328, 800],
  [1392, 752],
  [1456, 720],
  [1504, 688],
  [1568, 672],
]

/** The size a picture is resized to: the preferred one of the nearest proportions, or its own, both cut to whole tokens. */
export function kontextSize(image: ImageInput, multiple: number, autoResize: boolean): Size {
  const { width, height } = checkImage(image, 'image')
  const own = width / height
  const away = ([w, h]: readonly [number, number]): number => Math.abs(own - w / h)
  const [w, h] = autoResize
    ? preferred.reduce((best, size) => (away(size) < away(best) ? size : best))
    : ([width, height] as const)
  const whole = (side: number): number => Math.max(multiple, Math.floor(side / multiple) * multiple)
  return { width: whole(w), height: whole(h) }
}
