import { frontierChart, type Measured } from '../charts/frontier.ts'
import { drawnToFit } from '../charts/responsive.ts'
import { h } from '../dom/element.ts'
import type { Actions } from '../state/actions.ts'
import { fidelityOf } from '../state/fidelity.ts'
import { effortOf } from '../state/plan.ts'
import type { Result, State } from '../state/state.ts'
import type { Store } from '../state/store.ts'

/** Fidelity for cost: what the plan promises and what this picture came to. */
export function qualitySection(store: Store<State>, actions: Actions): HTMLElement {
  const box = h('div', { class: 'drawing' })
  const redraw = drawnToFit(box, (width) => {
    const { knowledge, settings, result } = store.state
    if (!knowledge?.plan) return undefined
    const chosen = effortOf(knowledge, settings) ?? 0
    const onPick = (nfe: number): void => actions.change({ nfe, mode: 'budget' })
    return frontierChart({ plan: knowledge.plan, measured: measuredOf(result), chosen, width, onPick })
  })
  const lead = h('p', {})
  const section = h(
    'section',
    { class: 'card', 'aria-labelledby': 'quality-title' },
    h('header', {}, h('div', {}, h('h2', { id: 'quality-title' }, 'Fidelity for cost'), lead)),
    box,
    h(
      'ul',
      { class: 'legend' },
      h('li', { class: 'plan' }, 'plan, mean'),
      h('li', { class: 'tail' }, 'down to its worst tenth'),
      h('li', { class: 'this' }, 'this picture, measured'),
    ),
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

function leadOf(runs: number, { about, knowledge }: State): string {
  const by = knowledge?.planSource === 'shipped' ? 'that came with the model' : 'made on this device'
  const scale =
    about?.task === 'class-to-image'
      ? ''
      : ' Calibration compares latents, the measured points compare pixels.'
  return `The plan ${by} rests on ${runs === 1 ? 'one calibration run' : `${runs} calibration runs`}.${scale}`
}

function measuredOf(result: Result | undefined): readonly Measured[] {
  if (!result?.full) return []
  const takes = new Set([...result.others, ...(result.fast ? [result.fast] : [])])
  return [...takes].flatMap((take) => {
    const psnr = fidelityOf(take, result.full)
    return psnr === undefined || take === result.full || psnr >= 100 ? [] : [{ nfe: take.stats.nfe, psnr }]
  })
}
