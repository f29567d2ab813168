import { planChart } from '@fastflow/report'
import { h } from '../dom/element.ts'
import type { Actions } from '../state/actions.ts'
import { effortOf } from '../state/plan.ts'
import type { State } from '../state/state.ts'
import type { Store } from '../state/store.ts'
import { drawn } from './drawn.ts'

/** Fidelity for cost: what the plan promises and what this picture came to. */
export function qualitySection(store: Store<State>, actions: Actions): HTMLElement {
  const chart = drawn()
  const redraw = (): void => {
    const { knowledge, settings, result } = store.state
    const chosen = effortOf(knowledge, settings)
    const options = {
      ...(result?.bench && { bench: result.bench }),
      ...(chosen !== undefined && { chosen }),
    }
    chart.show(knowledge?.plan && planChart(knowledge.plan, options))
  }
  chart.drawing.addEventListener('click', ({ target }) => {
    const budget = (target as Element).closest<SVGElement>('[data-budget]')?.dataset.budget
    if (budget !== undefined) actions.change({ nfe: Number(budget), mode: 'budget' })
  })
  const lead = h('p', {})
  const section = h(
    'section',
    { class: 'card', 'aria-labelledby': 'quality-title' },
    h('header', {}, h('div', {}, h('h2', { id: 'quality-title' }, 'Fidelity for cost'), lead)),
    chart.drawing,
    chart.legend,
  )
  store.watch(
    ({ knowledge }) => knowledge,
    (knowledge) => {
      section.hidden = knowledge?.plan === undefined
      lead.textContent = leadOf(knowledge?.plan?.calibration.seeds.length ?? 0, store.state)
      redraw()
    },
  )
  store.watch(({ settings }) => settings, redraw)
  store.watch(({ result }) => result, redraw)
  return section
}

const planWords = {
  shipped: 'that came with the model',
  device: 'made on this device',
  file: 'opened from a file',
} as const

function leadOf(runs: number, { about, knowledge }: State): string {
  const by = planWords[knowledge?.planSource ?? 'device']
  const scale =
    about?.task === 'class-to-image'
      ? ''
      : ' Calibration compares latents, the measured points compare pixels.'
  return `The plan ${by} rests on ${runs === 1 ? 'one calibration run' : `${runs} calibration runs`}.${scale}`
}
