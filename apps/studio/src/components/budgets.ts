import { decibels } from '@fastflow/report'
import { h } from '../dom/element.ts'
import type { Take } from '../engine/protocol.ts'
import { paint } from '../image/paint.ts'
import type { Actions } from '../state/actions.ts'
import { psnrOf, takesOf } from '../state/measured.ts'
import { isPlain } from '../state/plain.ts'
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
  const plainList = h('ol', { class: 'plains', 'aria-label': 'The same cost without FastFlow' })
  const plainTitle = h('h3', { 'aria-hidden': 'true' }, 'The same cost without FastFlow')
  const update = (): void => {
    const { result, activity } = store.state
    run.disabled = result?.fast === undefined || activity !== undefined
    list.hidden = result === undefined || result.others.length === 0
    const plains = result?.plains ?? []
    plainList.hidden = list.hidden || plains.length === 0
    plainTitle.hidden = plainList.hidden
    if (result === undefined || list.hidden) return
    list.replaceChildren(...thumbs(result, actions))
    plainList.replaceChildren(
      ...takesOf(result)
        .filter(isPlain)
        .map((take) => plainThumb(take, result)),
    )
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
          'The same seed with every planned number of evaluations, and without FastFlow at the same cost. Pick one to lay it over the full run. The figure is its distance to the full run: more dB is closer.',
        ),
      ),
      run,
    ),
    list,
    plainTitle,
    plainList,
  )
}

function thumbs(result: Result, actions: Actions): readonly HTMLElement[] {
  const takes = takesOf(result).filter((take) => take.method !== 'full' && !isPlain(take))
  const all = result.full ? [...takes, result.full] : takes
  return all.map((take) => thumb(take, result, actions))
}

function thumb(take: Take, result: Result, actions: Actions): HTMLElement {
  const decisions = strip()
  decisions.update(take.stats.decisions, take.stats.steps)
  decisions.element.setAttribute('aria-hidden', 'true')
  const whole = take === result.full
  return h(
    'li',
    {},
    h(
      'button',
      { type: 'button', 'aria-pressed': String(take === result.fast), onclick: () => actions.show(take) },
      picture(take),
      h('span', { class: 'name' }, whole ? 'Full run' : `${take.stats.nfe} of ${take.stats.steps}`),
      ...figures(take, result),
      take.method === result.made && h('span', { class: 'badge' }, 'made'),
      decisions.element,
    ),
  )
}

function plainThumb(take: Take, result: Result): HTMLElement {
  return h(
    'li',
    {},
    picture(take),
    h('span', { class: 'title' }, `Euler, ${take.stats.nfe} steps`),
    ...figures(take, result),
  )
}

function picture({ image }: Take): HTMLCanvasElement {
  const canvas = h('canvas', { 'aria-hidden': 'true' })
  paint(canvas, image)
  canvas.classList.toggle('pixelated', image.width <= 48)
  return canvas
}

/** How close it comes, and how long it took. */
function figures(take: Take, result: Result): readonly HTMLElement[] {
  const psnr = psnrOf(take, result)
  const words = [
    ...(psnr === undefined || take === result.full ? [] : [decibels(psnr)]),
    duration(take.wallMs),
  ]
  return words.map((text) => h('span', { class: 'figure' }, text))
}
