import { h } from '../dom/element.ts'
import { icon } from '../dom/icon.ts'
import { paint } from '../image/paint.ts'
import type { Actions } from '../state/actions.ts'
import { shownResult } from '../state/result.ts'
import type { Made, State } from '../state/state.ts'
import type { Store } from '../state/store.ts'
import { evaluations } from '../words.ts'

/** What was made on this device, newest first; one of them is on the stage. */
export function historySection(store: Store<State>, actions: Actions): HTMLElement {
  const list = h('ol', { class: 'made' })
  const clear = h(
    'button',
    { type: 'button', class: 'plain', onclick: () => actions.clearHistory() },
    icon('trash'),
    'Clear',
  )
  const section = h(
    'section',
    { class: 'card', 'aria-labelledby': 'history-title' },
    h(
      'header',
      {},
      h(
        'div',
        {},
        h('h2', { id: 'history-title' }, 'Made before'),
        h('p', {}, 'Kept in this browser, nowhere else. Pick one to go on with it.'),
      ),
      clear,
    ),
    list,
  )
  store.watch(
    ({ history }) => history,
    (history) => {
      section.hidden = history.length === 0
      list.replaceChildren(...history.map((made) => thumb(made, store, actions)))
    },
  )
  const mark = (): void => {
    const shown = shownResult(store.state)?.request.id
    for (const button of list.querySelectorAll('button'))
      button.setAttribute('aria-pressed', String(button.dataset.id === shown))
  }
  store.watch(({ history }) => history, mark)
  store.watch(shownResult, mark)
  store.watch(
    ({ activity }) => activity !== undefined,
    (busy) => {
      clear.disabled = busy
      for (const button of list.querySelectorAll('button')) button.disabled = busy
    },
  )
  return section
}

function thumb({ id, result }: Made, store: Store<State>, actions: Actions): HTMLElement {
  const { request, fast } = result
  const { image, stats } = fast!
  const canvas = h('canvas', { 'aria-hidden': 'true' })
  paint(canvas, image)
  canvas.classList.toggle('pixelated', image.width <= 48)
  const words = `${request.subject}, seed ${request.settings.seed}`
  return h(
    'li',
    {},
    h(
      'button',
      {
        type: 'button',
        'data-id': id,
        title: words,
        disabled: store.state.activity !== undefined,
        onclick: () => void actions.open(result),
      },
      canvas,
      h('bdi', { class: 'title' }, request.subject),
      h('span', { class: 'figure' }, `${request.about.name}, ${stats.nfe} of ${stats.steps}`),
      h('span', { class: 'unseen' }, `, seed ${request.settings.seed}, ${evaluations(stats)}`),
    ),
  )
}
