import { type Chart, learningChart, pullsMap } from '@fastflow/report'
import { h } from '../dom/element.ts'
import type { Actions } from '../state/actions.ts'
import { curveOf } from '../state/learning-curve.ts'
import type { State } from '../state/state.ts'
import type { Store } from '../state/store.ts'
import { drawn } from './drawn.ts'

/** Generations of one press of the button. */
const ROUND = 20

/** The paper's policy, learning: what it chooses at every step, and what a generation costs. */
export function learningSection(store: Store<State>, actions: Actions): HTMLElement {
  const map = figure('What it chooses')
  const cost = figure('What a picture costs')
  const lead = h('p', {})
  const button = (words: string, fresh: boolean): HTMLButtonElement =>
    h('button', { type: 'button', class: 'plain', onclick: () => void actions.learn(ROUND, fresh) }, words)
  const learn = button(`Learn from ${ROUND} pictures`, false)
  const anew = button('Start anew', true)
  store.watch(
    ({ knowledge }) => knowledge,
    (knowledge) => {
      lead.textContent = leadOf(store.state)
      const curve = curveOf(knowledge)
      map.show(curve && pullsMap(curve))
      cost.show(curve && learningChart(curve))
    },
  )
  store.watch(
    ({ activity, loading, about, source }) =>
      activity !== undefined || loading.status !== 'ready' || (about?.task === 'image-editing' && !source),
    (busy) => {
      learn.disabled = busy
      anew.disabled = busy
    },
  )
  return h(
    'section',
    { class: 'card learning', 'aria-labelledby': 'learning-title' },
    h(
      'header',
      {},
      h('div', {}, h('h2', { id: 'learning-title' }, 'The policy, learning'), lead),
      h('div', { class: 'exports' }, anew, learn),
    ),
    map.element,
    cost.element,
  )
}

/** A chart below its name; hidden where there is nothing to draw. */
function figure(name: string): { readonly element: HTMLElement; show(chart: Chart | undefined): void } {
  const { legend, drawing, show } = drawn()
  const element = h('figure', {}, h('figcaption', {}, h('h3', {}, name), legend), drawing)
  return {
    element,
    show(chart) {
      element.hidden = chart === undefined
      show(chart)
    },
  }
}

function leadOf({ knowledge }: State): string {
  const generations = knowledge?.policy?.state.generations ?? 0
  if (generations === 0)
    return 'A bandit at every step learns how many steps to skip. Nothing is learned for these settings yet: the first picture evaluates every step.'
  const here = knowledge?.curve.length ?? 0
  const where = here === 0 ? 'before it was shipped with the model' : `${here} of them on this device`
  return `A bandit at every step has learned how many steps to skip, from ${generations} pictures, ${where}.`
}
