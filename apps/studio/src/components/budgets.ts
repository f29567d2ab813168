import { decibels } from '@fastflow/report'
import { h } from '../dom/element.ts'
import type { Take } from '../engine/protocol.ts'
import { paint } from '../image/paint.ts'
import type { Actions } from '../state/actions.ts'
import { psnrOf, takesOf } from '../state/measured.ts'
import type { Result, State } from '../state/state.ts'
import type { Store } from '../state/store.ts'
import { duration } from '../words.ts'
import { strip } from './strip.ts'

/** The same seed with every planned budget, in a strip; one of them is on the stage. */
export function budgetStrip(store: Store<State>, actions: Actions): HTMLElement {
  const run = h(
    'button',
    { type: 'button', class: 'plain', onclick: () => void actions.compareBudgets() },
    'Compare budgets',
  )
  const list = h('ol', { class: 'thumbs' })
  const update = (): void => {
    const { result, activity } = store.state
    run.disabled = result?.fast === undefined || activity !== undefined
    list.hidden = result === undefined || result.others.length === 0
    if (result && result.others.length > 0) list.replaceChildren(...thumbs(result, actions))
  }
  store.watch(({ result }) => result, update)
  store.watch(({ activity }) => activity === undefined, update)
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'budgets-title' },
    h(
      'header',
      {},
      h(
        'div',
        {},
        h('h2', { id: 'budgets-title' }, 'Budgets'),
        h(
          'p',
          {},
          'The same seed with every planned number of evaluations. Pick one to lay it over the full run.',
        ),
      ),
      run,
    ),
    list,
  )
}

function thumbs(result: Result, actions: Actions): readonly HTMLElement[] {
  const takes = takesOf(result).filter(({ method }) => method !== 'full')
  const all = result.full ? [...takes, result.full] : takes
  return all.map((take) => thumb(take, result, actions))
}

function thumb(take: Take, result: Result, actions: Actions): HTMLElement {
  const canvas = h('canvas', { 'aria-hidden': 'true' })
  paint(canvas, take.image)
  canvas.classList.toggle('pixelated', take.image.width <= 48)
  const decisions = strip()
  decisions.update(take.stats.decisions, take.stats.steps)
  decisions.element.setAttribute('aria-hidden', 'true')
  const psnr = psnrOf(take, result)
  const whole = take === result.full
  return h(
    'li',
    {},
    h(
      'button',
      { type: 'button', 'aria-pressed': String(take === result.fast), onclick: () => actions.show(take) },
      canvas,
      h('span', { class: 'name' }, whole ? 'Full run' : `${take.stats.nfe} of ${take.stats.steps}`),
      h('span', { class: 'figure' }, whole || psnr === undefined ? duration(take.wallMs) : decibels(psnr)),
      decisions.element,
    ),
  )
}
