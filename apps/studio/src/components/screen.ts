import type { RgbImage } from '@fastflow/core'
import type { Clip } from '@fastflow/pipelines'
import { h } from '../dom/element.ts'
import { paint } from '../image/paint.ts'
import type { Side } from '../state/state.ts'

/** One side of the stage: a picture, a clip that plays, or a rough preview of what is coming. */
export interface Screen {
  readonly element: HTMLElement
  show(picture: { readonly image: RgbImage; readonly clip: Clip | undefined }, words: string): void
  preview(image: RgbImage): void
  tag(words: string): void
}

/** Up to this width pictures are drawn as crisp squares instead of a blur. */
const PIXELATED = 48

export function screen(side: Side): Screen {
  const canvas = h('canvas', { role: 'img', 'aria-label': '' })
  const tag = h('span', { class: 'tag' })
  const element = h('div', { class: `side ${side}` }, canvas, tag)
  let playing: Clip | undefined
  return {
    element,
    show({ image, clip }, words) {
      playing = clip
      canvas.classList.remove('rough')
      canvas.classList.toggle('pixelated', image.width <= PIXELATED)
      canvas.setAttribute('aria-label', words)
      paint(canvas, image)
      if (clip) play(canvas, clip, () => playing === clip)
    },
    preview(image) {
      playing = undefined
      canvas.classList.add('rough')
      canvas.classList.remove('pixelated')
      canvas.setAttribute('aria-label', 'Preview')
      paint(canvas, image)
    },
    tag(words) {
      tag.textContent = words
      tag.hidden = words === ''
    },
  }
}

/** Draws the frames by the clock, so that both sides are at the same frame, unless they are paused. */
function play(canvas: HTMLCanvasElement, { frames, fps }: Clip, wanted: () => boolean): void {
  let last = 0
  const draw = (now: number): void => {
    if (!wanted()) return
    requestAnimationFrame(draw)
    const paused = document.documentElement.dataset.clips === 'paused'
    const at = paused ? last : Math.floor((now * fps) / 1000) % frames.length
    if (at === last) return
    last = at
    paint(canvas, frames[at]!)
  }
  requestAnimationFrame(draw)
}
