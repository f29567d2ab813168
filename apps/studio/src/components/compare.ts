import { h } from '../dom/element.ts'
import { type Screen, screen } from './screen.ts'

export type View = 'slider' | 'pair' | 'difference'

const views: readonly (readonly [View, string])[] = [
  ['slider', 'Slider'],
  ['pair', 'Side by side'],
  ['difference', 'Difference'],
]

/** Two pictures of the same seed over each other. */
export interface Compare {
  readonly frame: HTMLElement
  readonly views: HTMLElement
  readonly full: Screen
  readonly fast: Screen
  /** Whether both sides have something to show; a lone side takes the whole frame. */
  setSides(sides: 'none' | 'full' | 'fast' | 'both'): void
}

/** The full run to the left of the divider, the accelerated one to the right; the divider is a native slider. */
export function compareFrame(): Compare {
  const full = screen('full')
  const fast = screen('fast')
  const range = h('input', {
    type: 'range',
    min: 0,
    max: 100,
    value: '50',
    'aria-label': 'Where the full run ends and the accelerated one begins',
    oninput: () => cut(),
  })
  const frame = h(
    'div',
    { class: 'frame', 'data-view': 'slider', 'data-sides': 'none' },
    h('div', { class: 'sides' }, full.element, fast.element),
    h('span', { class: 'divider', 'aria-hidden': 'true' }),
    range,
  )
  const cut = (): void => {
    frame.style.setProperty('--cut', `${range.value}%`)
    range.setAttribute('aria-valuetext', `${range.value} % full run`)
  }
  cut()
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
        },
      }),
      h('span', {}, words),
    ),
  )
  return {
    frame,
    views: h('fieldset', { class: 'segments views' }, h('legend', { class: 'unseen' }, 'View'), ...choices),
    full,
    fast,
    setSides(sides) {
      frame.dataset.sides = sides
    },
  }
}
