import { h } from '../dom/element.ts'
import type { Actions } from '../state/actions.ts'
import type { State } from '../state/state.ts'
import type { Store } from '../state/store.ts'
import { sourcePicker } from './source.ts'

/** What is to be made: a prompt, a class, or a picture and what to change in it. */
export function subjectPanel(store: Store<State>, actions: Actions): HTMLElement {
  const panel = h('div', { class: 'block subject' })
  store.watch(
    ({ about }) => about,
    (about) => {
      if (about === undefined) return panel.replaceChildren()
      if (about.task === 'class-to-image') return panel.replaceChildren(classes(store, actions, about.labels))
      const source = about.task === 'image-editing' ? [sourcePicker(store, actions)] : []
      panel.replaceChildren(...source, ...promptField(store, actions))
    },
  )
  return panel
}

function classes(store: Store<State>, actions: Actions, labels: readonly string[]): HTMLElement {
  const choices = labels.map((label) =>
    h(
      'label',
      {},
      h('input', {
        type: 'radio',
        name: 'class',
        value: label,
        checked: store.state.settings.label === label,
        onchange: () => actions.change({ label }),
      }),
      h('span', {}, label),
    ),
  )
  return h('fieldset', {}, h('legend', {}, 'Class'), h('div', { class: 'chips' }, ...choices))
}

function promptField(store: Store<State>, actions: Actions): readonly HTMLElement[] {
  const editing = store.state.about?.task === 'image-editing'
  const field = h('textarea', {
    id: 'prompt',
    rows: 2,
    spellcheck: 'true',
    placeholder: editing ? 'make it flat' : 'a red fox, 3d',
    oninput: () => actions.change({ prompt: field.value }),
    onkeydown: (event: KeyboardEvent) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
      event.preventDefault()
      void actions.generate()
    },
  })
  store.watch(
    ({ settings }) => settings.prompt,
    (prompt) => {
      if (field.value !== prompt) field.value = prompt
    },
  )
  const ideas = (store.state.about?.prompts ?? [])
    .slice(0, 4)
    .map((prompt) =>
      h('button', { type: 'button', class: 'chip', onclick: () => actions.change({ prompt }) }, prompt),
    )
  return [
    h('label', { class: 'label', for: 'prompt' }, editing ? 'What to change' : 'Prompt'),
    field,
    h('div', { class: 'chips ideas', role: 'group', 'aria-label': 'Ideas' }, ...ideas),
  ]
}
