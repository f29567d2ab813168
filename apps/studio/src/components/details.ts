import { h } from '../dom/element.ts'
import { icon } from '../dom/icon.ts'
import type { Actions } from '../state/actions.ts'
import { MAX_SEED } from '../state/sensible.ts'
import type { Settings } from '../state/settings.ts'
import type { State } from '../state/state.ts'
import type { Store } from '../state/store.ts'

const NOISE_LEVELS = { min: 0, max: 1, step: 0.05 } as const

/** Seed, and what most people never touch. */
export function detailsPanel(store: Store<State>, actions: Actions): HTMLElement {
  const seed = numberField(store, actions, 'seed', { min: 0, max: MAX_SEED, step: 1 })
  const shuffle = h(
    'button',
    {
      type: 'button',
      class: 'plain square',
      title: 'Another seed',
      'aria-label': 'Another seed',
      onclick: () => actions.change({ seed: crypto.getRandomValues(new Uint32Array(1))[0]! % 1_000_000 }),
    },
    icon('shuffle'),
  )
  const compare = h('input', {
    type: 'checkbox',
    checked: store.state.settings.compare,
    onchange: () => actions.change({ compare: compare.checked }),
  })
  const negative = h('input', {
    id: 'negative',
    type: 'text',
    autocomplete: 'off',
    oninput: () => actions.change({ negativePrompt: negative.value }),
  })
  const negativeField = labelled('Lead away from', negative)
  store.watch(
    ({ about }) => about,
    (about) => {
      negativeField.hidden = about?.task === 'class-to-image'
    },
  )
  return h(
    'div',
    { class: 'block' },
    h(
      'div',
      { class: 'row' },
      h('div', { class: 'grow' }, h('label', { class: 'label', for: 'seed' }, 'Seed'), seed),
      shuffle,
    ),
    h('label', { class: 'check' }, compare, 'Also make the full run, to compare'),
    h(
      'details',
      { class: 'more' },
      h('summary', {}, 'More settings'),
      h(
        'div',
        { class: 'pair' },
        labelled('Steps', numberField(store, actions, 'numSteps', { min: 1, max: 1000, step: 1 })),
        labelled('Guidance', numberField(store, actions, 'guidanceScale', { min: 0, max: 100, step: 0.5 })),
      ),
      h(
        'div',
        { class: 'pair' },
        labelled('Guided from noise level', numberField(store, actions, 'guidedFrom', NOISE_LEVELS)),
        labelled('to noise level', numberField(store, actions, 'guidedTo', NOISE_LEVELS)),
      ),
      negativeField,
      h(
        'p',
        { class: 'hint' },
        'Plans and policies hold for one number of steps and one guidance. Noise is 1 at the start and 0 at the end; where nothing is guided a step costs half.',
      ),
    ),
  )
}

function labelled(text: string, field: HTMLInputElement): HTMLElement {
  return h('div', {}, h('label', { class: 'label', for: field.id }, text), field)
}

/** A field for a number; what is no number in the range stays in the field and is not used. */
function numberField(
  store: Store<State>,
  actions: Actions,
  name: 'seed' | 'numSteps' | 'guidanceScale' | 'guidedFrom' | 'guidedTo',
  range: { readonly min: number; readonly max: number; readonly step: number },
): HTMLInputElement {
  const field = h('input', {
    id: name,
    type: 'number',
    inputmode: range.step === 1 ? 'numeric' : 'decimal',
    ...range,
    onchange: () => {
      if (field.reportValidity() && field.value !== '')
        actions.change({ [name]: field.valueAsNumber } as Partial<Settings>)
      else field.value = String(store.state.settings[name])
    },
  })
  store.watch(
    ({ settings }) => settings[name],
    (value) => {
      field.value = String(value)
    },
  )
  return field
}
