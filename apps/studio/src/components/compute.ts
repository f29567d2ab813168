import type { PlanQuality } from '@fastflow/core'
import { h, setAttribute } from '../dom/element.ts'
import type { Actions } from '../state/actions.ts'
import { budgetsOf, choiceOf, entryOf, nearestBudget } from '../state/plan.ts'
import type { Mode, State } from '../state/state.ts'
import type { Store } from '../state/store.ts'
import { fixed, percent, sentence, times } from '../words.ts'

const modes: readonly (readonly [Mode, string])[] = [
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
  if (basis === 'held-out') return `${decibels} on average, in calibration.`
  return `At best ${decibels}, estimated from one picture.`
}

const shares: readonly (readonly [number, string])[] = [
  [0.8, '4 of 5 pictures'],
  [0.9, '9 of 10 pictures'],
  [0.95, '19 of 20 pictures'],
]

function qualityControl(store: Store<State>, actions: Actions): HTMLElement {
  const value = h('strong', {})
  const saving = h('span', {})
  const hint = h('p', { class: 'hint' })
  const range = h('input', {
    type: 'range',
    min: 20,
    max: 60,
    step: 1,
    'aria-label': 'Least fidelity to the full run, in decibels',
    oninput: () => actions.change({ psnr: Number(range.value) }),
  })
  const select = h(
    'select',
    { id: 'share', onchange: () => actions.change({ share: Number(select.value) }) },
    ...shares.map(([share, words]) => h('option', { value: share }, words)),
  )
  const update = (): void => {
    const { settings, knowledge } = store.state
    const choice = choiceOf(knowledge, settings)
    range.value = String(settings.psnr)
    range.style.setProperty('--share', String((settings.psnr - 20) / 40))
    select.value = String(settings.share)
    value.textContent = `${settings.psnr} dB or better`
    saving.textContent = choice ? `${choice.nfe} evaluations` : ''
    hint.textContent = choice
      ? sentence(choice.reason)
      : 'No plan for these settings yet. The first picture evaluates every step; the plan for the next ones comes from it.'
    hint.classList.toggle('attention', choice !== undefined && choice.kind !== 'planned')
    setAttribute(range, 'aria-valuetext', `${value.textContent}, ${saving.textContent}`)
  }
  watchSettings(store, update)
  return h(
    'div',
    { class: 'control' },
    h('p', { class: 'value' }, value, saving),
    range,
    h('div', { class: 'row' }, h('label', { for: 'share' }, 'for'), select),
    hint,
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

function watchSettings(store: Store<State>, update: () => void): void {
  store.watch(({ settings }) => settings, update)
  store.watch(({ knowledge }) => knowledge, update)
}
