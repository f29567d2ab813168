import type { PlanQuality } from '@fastflow/core'
import { fixed, percent, times } from '@fastflow/report'
import { h, setAttribute } from '../dom/element.ts'
import type { Actions } from '../state/actions.ts'
import { budgetsOf, effortOf, entryOf, nearestBudget } from '../state/plan.ts'
import type { Mode } from '../state/settings.ts'
import type { State } from '../state/state.ts'
import type { Store } from '../state/store.ts'
import { qualityControl, watchSettings } from './quality-control.ts'

const modes: readonly (readonly [Mode, string])[] = [
  ['auto', 'Auto'],
  ['budget', 'Budget'],
  ['quality', 'Quality'],
  ['learn', 'Learn'],
]

/** How much is computed. */
export function computePanel(store: Store<State>, actions: Actions): HTMLElement {
  const choices = modes.map(([mode, words]) =>
    h(
      'label',
      {},
      h('input', {
        type: 'radio',
        name: 'mode',
        value: mode,
        checked: store.state.settings.mode === mode,
        onchange: () => actions.change({ mode }),
      }),
      h('span', {}, words),
    ),
  )
  const panels = {
    auto: autoControl(store),
    budget: budgetControl(store, actions),
    quality: qualityControl(store, actions),
    learn: learnControl(store),
  }
  store.watch(
    ({ settings }) => settings.mode,
    (shown) => {
      for (const [mode] of modes) panels[mode].hidden = mode !== shown
    },
  )
  return h(
    'fieldset',
    { class: 'block' },
    h('legend', {}, 'Effort'),
    h('div', { class: 'segments' }, ...choices),
    panels.auto,
    panels.budget,
    panels.quality,
    panels.learn,
  )
}

function budgetControl(store: Store<State>, actions: Actions): HTMLElement {
  const value = h('strong', {})
  const saving = h('span', {})
  const hint = h('p', { class: 'hint' })
  const budgets = (): readonly number[] => budgetsOf(store.state.knowledge, store.state.settings.numSteps)
  const range = h('input', {
    type: 'range',
    min: 0,
    step: 1,
    'aria-label': 'Evaluations an image',
    oninput: () => actions.change({ nfe: budgets()[Number(range.value)]! }),
  })
  const ticks = h('div', { class: 'ticks', 'aria-hidden': 'true' })
  const update = (): void => {
    const { settings, knowledge } = store.state
    const all = budgets()
    const nfe = nearestBudget(all, settings.nfe)
    range.max = String(all.length - 1)
    range.value = String(all.indexOf(nfe))
    range.style.setProperty('--share', String(all.indexOf(nfe) / (all.length - 1)))
    ticks.replaceChildren(
      ...all.map((budget) => h('i', budget === nfe ? { class: 'on' } : {}, String(budget))),
    )
    const full = nfe >= settings.numSteps
    const entry = entryOf(knowledge, nfe)
    value.textContent = full ? `All ${nfe} evaluations` : `${nfe} evaluations`
    saving.textContent = full
      ? 'the full run'
      : `${times(settings.numSteps / nfe)} fewer than ${settings.numSteps}`
    hint.textContent = full
      ? 'Every step is evaluated: the picture others are compared with.'
      : entry
        ? fidelityOf(entry.quality)
        : 'No plan for these settings yet. The first picture evaluates every step; the plan for the next ones comes from it.'
    setAttribute(range, 'aria-valuetext', `${value.textContent}, ${saving.textContent}. ${hint.textContent}`)
  }
  watchSettings(store, update)
  return h('div', { class: 'control' }, h('p', { class: 'value' }, value, saving), range, ticks, hint)
}

function fidelityOf({ mean, basis }: PlanQuality): string {
  const decibels = `${fixed(mean, 0)} dB to the full run`
  if (basis === 'held-out') return `${decibels} on average, on pictures the plan was not made with.`
  if (basis === 'leave-one-out') return `${decibels} on average, in calibration.`
  return `At best ${decibels}, estimated from one picture.`
}

/** Nothing to set: what the model's plan makes of it. */
function autoControl(store: Store<State>): HTMLElement {
  const value = h('strong', {})
  const saving = h('span', {})
  const update = (): void => {
    const { knowledge, settings } = store.state
    const nfe = effortOf(knowledge, settings)
    value.textContent = nfe === undefined ? 'The first picture makes a plan' : `${nfe} evaluations`
    saving.textContent =
      nfe === undefined ? '' : `${times(settings.numSteps / nfe)} fewer than ${settings.numSteps}`
  }
  watchSettings(store, update)
  const words =
    'Follows the plan there is, or makes one from the first picture. Where there is nothing to skip, every step is evaluated.'
  return h(
    'div',
    { class: 'control' },
    h('p', { class: 'value' }, value, saving),
    h('p', { class: 'hint' }, words),
  )
}

function learnControl(store: Store<State>): HTMLElement {
  const value = h('strong', {})
  const saving = h('span', {})
  const update = (): void => {
    const { knowledge, settings } = store.state
    const generations = knowledge?.policy?.state.generations ?? 0
    const recent = (knowledge?.curve ?? []).slice(-10)
    value.textContent = generations === 0 ? 'Nothing learned yet' : `${generations} generations learned`
    saving.textContent =
      recent.length === 0
        ? ''
        : percent(recent.reduce((sum, nfe) => sum + nfe, 0) / recent.length / settings.numSteps) +
          ' evaluated'
  }
  watchSettings(store, update)
  return h(
    'div',
    { class: 'control' },
    h('p', { class: 'value' }, value, saving),
    h(
      'p',
      { class: 'hint' },
      'The paper’s policy: at every step a bandit picks how many steps to skip, and learns from what it skipped. The same seed is not the same picture while it learns.',
    ),
  )
}
