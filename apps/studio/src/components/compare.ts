import type { ImageInput } from '@fastflow/pipelines'
import { h } from '../dom/element.ts'
import { paint } from '../image/paint.ts'
import type { Side } from '../state/state.ts'
import { type Screen, screen } from './screen.ts'
import { type Seam, seam } from './seam.ts'

export type View = 'slider' | 'pair' | 'difference' | 'before'

const views: readonly (readonly [View, string])[] = [
  ['slider', 'Slider'],
  ['pair', 'Side by side'],
  ['difference', 'Difference'],
  ['before', 'Before'],
]

/** Pictures of the same seed over each other. */
export interface Compare extends Readonly<Record<Side, Screen>> {
  readonly frame: HTMLElement
  readonly views: HTMLElement
  /** Shows the picture that was edited in a view of its own; undefined where there is none. */
  setBefore(image: ImageInput | undefined): void
  /** Which sides have something to show; a lone side takes the whole frame. */
  setSides(sides: Readonly<Record<Side, boolean>>): void
}

/**
 * From the left: the same cost without FastFlow, the full run, the accelerated one; between two of them a native slider, so that
 * at both seams a picture meets the full run.
 */
export function compareFrame(): Compare {
  const screens = { plain: screen('plain'), full: screen('full'), fast: screen('fast') }
  const original = h('canvas', { role: 'img', 'aria-label': 'The picture before' })
  const before = h('div', { class: 'side before' }, original, h('span', { class: 'tag' }, 'before'))
  const frame = h('div', { class: 'frame', 'data-view': 'slider', 'data-sides': 'none' })
  const first = seam(frame, {
    name: 'Where the same cost without FastFlow ends and the full run begins',
    property: '--first',
    value: 25,
    words: (value) => `${value} % without FastFlow`,
  })
  const cut = seam(frame, {
    name: CUT,
    property: '--cut',
    value: 50,
    words: (value) => `${value} % ${frame.dataset.view === 'before' ? 'before' : 'full run'}`,
  })
  frame.append(
    h('div', { class: 'sides' }, before, ...Object.values(screens).map(({ element }) => element)),
    ...first.elements,
    ...cut.elements,
  )
  keepInOrder(first, cut)
  pickNearest(frame, [first, cut])
  const note = h('p', { class: 'difference hint', hidden: true }, DIFFERENCE)
  const choices = views.map(([view, words]) =>
    h(
      'label',
      {},
      h('input', {
        type: 'radio',
        name: 'view',
        value: view,
        checked: view === 'slider',
        onchange: () => {
          frame.dataset.view = view
          note.hidden = view !== 'difference'
          cut.input.setAttribute('aria-label', view === 'before' ? BEFORE : CUT)
        },
      }),
      h('span', {}, words),
    ),
  )
  return {
    ...screens,
    frame,
    views: h(
      'div',
      {},
      h('fieldset', { class: 'segments views' }, h('legend', { class: 'unseen' }, 'View'), ...choices),
      note,
    ),
    setBefore(image) {
      frame.dataset.before = String(image !== undefined)
      if (image) paint(original, image)
      const choice = choices.at(-1)!
      choice.hidden = image === undefined
      if (image || frame.dataset.view !== 'before') return
      choices[0]!.click()
    },
    setSides({ plain, full, fast }) {
      frame.dataset.sides = full && fast ? 'both' : full ? 'full' : fast ? 'fast' : plain ? 'plain' : 'none'
      frame.dataset.plain = String(plain && full && fast)
    },
  }
}

const CUT = 'Where the full run ends and the accelerated one begins'
const BEFORE = 'Where the picture before ends and the edited one begins'
const DIFFERENCE =
  'What differs between the accelerated picture and the full run, 8 times brighter: black where they are alike.'

/** Whoever moves takes the other along. */
function keepInOrder(first: Seam, cut: Seam): void {
  first.input.addEventListener('input', () => cut.set(Math.max(cut.value(), first.value())))
  cut.input.addEventListener('input', () => first.set(Math.min(cut.value(), first.value())))
}

/** The pointer moves the seam that is nearest; a slider over another would take all. */
function pickNearest(frame: HTMLElement, seams: readonly Seam[]): void {
  frame.addEventListener('pointermove', ({ clientX, buttons }) => {
    if (buttons !== 0) return
    const { left, width } = frame.getBoundingClientRect()
    const at = (100 * (clientX - left)) / width
    const distance = (one: Seam): number => Math.abs(one.value() - at)
    const [one, other] = seams as readonly [Seam, Seam]
    const nearest =
      frame.dataset.plain === 'true' && frame.dataset.view === 'slider' && distance(one) < distance(other)
        ? one
        : other
    for (const each of seams) each.input.classList.toggle('reached', each === nearest)
  })
}
