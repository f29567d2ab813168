import { h } from '../dom/element.ts'
import { icon } from '../dom/icon.ts'
import type { EngineError } from '../engine/client.ts'
import type { Actions } from '../state/actions.ts'
import type { State } from '../state/state.ts'
import type { Store } from '../state/store.ts'
import { documentsSpelled, sentence } from '../words.ts'

/** What went wrong, remarks on what was made, and what is read aloud. */
export function notices(store: Store<State>, actions: Actions): HTMLElement {
  const title = h('strong', {})
  const message = h('p', {})
  const retry = h(
    'button',
    {
      type: 'button',
      class: 'plain',
      onclick: () => {
        const { model, about, settings } = store.state
        // A model that was there before goes on as it was set.
        if (model) void actions.pick(model, about && settings)
      },
    },
    'Load the model again',
  )
  const dismiss = h(
    'button',
    { type: 'button', class: 'plain square', 'aria-label': 'Dismiss', onclick: () => actions.dismiss() },
    icon('close'),
  )
  const alert = h('div', { class: 'alert', role: 'alert', hidden: true })
  const undone = h('span', {})
  const undo = h(
    'p',
    { class: 'undo' },
    undone,
    ' ',
    h('button', { type: 'button', class: 'plain', onclick: () => void actions.undo() }, 'Undo'),
  )
  store.watch(
    ({ undo }) => undo,
    (offer) => {
      undo.hidden = offer === undefined
      undone.textContent = offer?.words ?? ''
    },
  )
  const notes = h('ul', { class: 'notes' })
  const spoken = h('p', { class: 'unseen', role: 'status' })
  store.watch(
    ({ error }) => error,
    (error) => {
      alert.hidden = error === undefined
      if (error === undefined) return alert.replaceChildren()
      title.textContent = titleOf(error)
      message.replaceChildren(...words(error.message))
      // A worker that ran out of memory, or lost its graphics card, runs nothing any more.
      const lost = store.state.loading.status === 'failed' || error.code === 'model-failed'
      const again = lost ? retry : undefined
      alert.replaceChildren(h('div', {}, title, message, again), dismiss)
    },
  )
  store.watch(
    ({ notes }) => notes,
    (lines) => notes.replaceChildren(...lines.map((line) => h('li', {}, ...words(line)))),
  )
  store.watch(
    ({ announcement }) => announcement,
    (words) => {
      spoken.textContent = words
    },
  )
  return h('div', { class: 'notices' }, alert, undo, notes, spoken)
}

/** A message in which digests take little room; they can be copied whole. */
function words(message: string): readonly (Node | string)[] {
  return sentence(documentsSpelled(message))
    .split(/([0-9a-f]{64})/)
    .map((part, n) => (n % 2 === 0 ? part : h('code', { class: 'digest', title: part }, part)))
}

const titles: Readonly<Partial<Record<EngineError['code'], string>>> = {
  'invalid-argument': 'That does not work yet',
  'model-not-found': 'A file of the model is missing',
  'model-unreadable': 'A file of the model is damaged',
  'model-mismatch': 'The model does not fit',
  'model-failed': 'The network failed',
  'non-finite-velocity': 'The network gave no usable numbers',
  'policy-unreadable': 'The policy cannot be read',
  'policy-mismatch': 'The policy was made for something else',
  'output-unwritable': 'The policy could not be stored',
  unsupported: 'This is not supported',
}

function titleOf({ code }: EngineError): string {
  return titles[code] ?? 'Something went wrong'
}
