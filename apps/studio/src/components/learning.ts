import { heatMap } from '../charts/heat-map.ts'
import { learningCurve } from '../charts/learning-curve.ts'
import { drawnToFit } from '../charts/responsive.ts'
import { h } from '../dom/element.ts'
import type { Actions } from '../state/actions.ts'
import type { State } from '../state/state.ts'
import type { Store } from '../state/store.ts'

/** Generations of one press of the button. */
const ROUND = 20

/** The paper's policy, learning: what it chooses at every step, and what a generation costs. */
export function learningSection(store: Store<State>, actions: Actions): HTMLElement {
  const map = h('div', { class: 'drawing' })
  const curve = h('div', { class: 'drawing' })
  const drawMap = drawnToFit(map, (width) => {
    const state = store.state.knowledge?.policy?.state
    return state && heatMap(state, width)
  })
  const drawCurve = drawnToFit(curve, (width) => {
    const { knowledge, settings } = store.state
    const nfe = knowledge?.curve ?? []
    return nfe.length > 1 ? learningCurve(nfe, settings.numSteps, width) : undefined
  })
  const lead = h('p', {})
  const button = (words: string, fresh: boolean): HTMLButtonElement =>
    h('button', { type: 'button', class: 'plain', onclick: () => void actions.learn(ROUND, fresh) }, words)
  const learn = button(`Learn from ${ROUND} pictures`, false)
  const anew = button('Start anew', true)
  const mapFigure = h(
    'figure',
    {},
    h(
      'figcaption',
      {},
      h('h3', {}, 'What it chooses'),
      h('p', { class: 'ramp' }, 'never', h('i', {}), 'always'),
    ),
    map,
  )
  const curveFigure = h('figure', {}, h('figcaption', {}, h('h3', {}, 'What a picture costs')), curve)
  store.watch(
    ({ knowledge }) => knowledge,
    (knowledge) => {
      lead.textContent = leadOf(store.state)
      mapFigure.hidden = knowledge?.policy === undefined
      curveFigure.hidden = (knowledge?.curve.length ?? 0) < 2
      drawMap()
      drawCurve()
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
    mapFigure,
    curveFigure,
  )
}

function leadOf({ knowledge }: State): string {
  const generations = knowledge?.policy?.state.generations ?? 0
  if (generations === 0)
    return 'A bandit at every step learns how many steps to skip. Nothing is learned for these settings yet: the first picture evaluates every step.'
  const here = knowledge?.curve.length ?? 0
  const where = here === 0 ? 'before it was shipped with the model' : `${here} of them on this device`
  return `A bandit at every step has learned how many steps to skip, from ${generations} pictures, ${where}.`
}
