import { h, setAttribute } from '../dom/element.ts'
import type { Actions } from '../state/actions.ts'
import { choiceOf, LPIPS_LEVELS, runsToMeasure } from '../state/plan.ts'
import type { Settings } from '../state/settings.ts'
import type { State } from '../state/state.ts'
import type { Store } from '../state/store.ts'
import { measuresSpelled, sentence } from '../words.ts'

const shares: readonly (readonly [number, string])[] = [
  [0.8, '4 of 5 pictures'],
  [0.9, '9 of 10 pictures'],
  [0.95, '19 of 20 pictures'],
]

const metrics: readonly (readonly [Settings['metric'], string])[] = [
  ['lpips', 'how it looks (LPIPS, estimated)'],
  ['psnr', 'every pixel (PSNR)'],
]

/** Values of the slider, the strictest last. */
const levels: Readonly<Record<Settings['metric'], readonly number[]>> = {
  lpips: [...LPIPS_LEVELS].reverse(),
  psnr: Array.from({ length: 41 }, (_, n) => 20 + n),
}

/** A fidelity, and the cheapest plan that is certain to reach it. */
export function qualityControl(store: Store<State>, actions: Actions): HTMLElement {
  const value = h('strong', {})
  const saving = h('span', {})
  const hint = h('p', { class: 'hint' })
  const values = (): readonly number[] => levels[store.state.settings.metric]
  const range = h('input', {
    type: 'range',
    min: 0,
    step: 1,
    oninput: () => {
      const { metric } = store.state.settings
      actions.change({ [metric]: values()[Number(range.value)]! })
    },
  })
  const share = h(
    'select',
    { id: 'share', onchange: () => actions.change({ share: Number(share.value) }) },
    ...shares.map(([part, words]) => h('option', { value: part }, words)),
  )
  const metric = h(
    'select',
    { id: 'metric', onchange: () => actions.change({ metric: metric.value as Settings['metric'] }) },
    ...metrics.map(([name, words]) => h('option', { value: name }, words)),
  )
  const measure = h('button', {
    type: 'button',
    class: 'plain',
    onclick: () => {
      const runs = runsToMeasure(store.state.knowledge, store.state.settings)
      if (runs !== undefined) void actions.measure(runs)
    },
  })
  const update = (): void => {
    const { settings, knowledge, activity, loading } = store.state
    const choice = choiceOf(knowledge, settings)
    const isPsnr = settings.metric === 'psnr'
    const at = values().indexOf(settings[settings.metric])
    range.max = String(values().length - 1)
    range.value = String(at)
    range.style.setProperty('--share', String(at / (values().length - 1)))
    share.value = String(settings.share)
    metric.value = settings.metric
    value.textContent = isPsnr ? `${settings.psnr} dB or better` : `LPIPS ${settings.lpips} or less`
    saving.textContent = choice ? `${choice.nfe} evaluations` : ''
    hint.textContent = choice
      ? sentence(measuresSpelled(choice.reason))
      : 'No plan for these settings yet. The first picture evaluates every step; the plan for the next ones comes from it.'
    hint.classList.toggle('attention', choice !== undefined && choice.kind !== 'planned')
    const runs = runsToMeasure(knowledge, settings)
    measure.hidden = runs === undefined
    measure.disabled = activity !== undefined || loading.status !== 'ready'
    measure.textContent = `Measure ${runs} pictures here`
    const name = isPsnr
      ? 'Least fidelity to the full run, in decibels'
      : 'Largest distance to the full run, LPIPS'
    setAttribute(range, 'aria-label', name)
    setAttribute(range, 'aria-valuetext', `${value.textContent}, ${saving.textContent}`)
  }
  watchSettings(store, update)
  store.watch(({ activity, loading }) => activity === undefined && loading.status === 'ready', update)
  return h(
    'div',
    { class: 'control' },
    h('p', { class: 'value' }, value, saving),
    range,
    h('div', { class: 'row' }, h('label', { for: 'metric' }, 'in'), metric),
    h('div', { class: 'row' }, h('label', { for: 'share' }, 'for'), share),
    hint,
    measure,
  )
}

export function watchSettings(store: Store<State>, update: () => void): void {
  store.watch(({ settings }) => settings, update)
  store.watch(({ knowledge }) => knowledge, update)
}
