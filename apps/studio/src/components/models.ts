import { h } from '../dom/element.ts'
import type { CatalogModel } from '../engine/catalog.ts'
import type { Actions } from '../state/actions.ts'
import type { Loading, State } from '../state/state.ts'
import type { Store } from '../state/store.ts'
import { megabytes } from '../words.ts'

const purposes: Readonly<Record<CatalogModel['task'], string>> = {
  'text-to-image': 'Draws what you describe',
  'image-editing': 'Changes a picture as you say',
  'text-to-video': 'Animates what you describe',
  'class-to-image': 'Draws one of its classes',
}

/** One card a model; the one that is loading shows how far it is. */
export function modelPicker(store: Store<State>, actions: Actions): HTMLElement {
  const list = h('div', { class: 'models' })
  store.watch(
    ({ models }) => models,
    (models) => list.replaceChildren(...models.map((model) => card(store, actions, model))),
  )
  return h('fieldset', { class: 'block' }, h('legend', {}, 'Model'), list)
}

function card(store: Store<State>, actions: Actions, model: CatalogModel): HTMLElement {
  const id = `model-${model.name}`
  const input = h('input', {
    type: 'radio',
    name: 'model',
    value: model.name,
    'aria-labelledby': `${id}-name`,
    'aria-describedby': `${id}-purpose ${id}-status`,
    onchange: () => void actions.pick(model),
  })
  const bar = h('progress', { max: 1, value: 0, 'aria-label': `Loading ${model.title}` })
  const status = h('small', { id: `${id}-status` })
  store.watch(
    (state) => (state.model === model ? state.loading : undefined),
    (loading) => {
      input.checked = loading !== undefined
      bar.hidden = loading?.status !== 'loading'
      if (loading?.status === 'loading') bar.value = Math.min(1, loading.loaded / model.bytes)
      status.textContent = statusOf(loading, model)
    },
  )
  return h(
    'label',
    { class: 'model' },
    input,
    h('span', { class: 'name', id: `${id}-name` }, model.title),
    status,
    h('span', { class: 'purpose', id: `${id}-purpose` }, purposes[model.task]),
    bar,
  )
}

function statusOf(loading: Loading | undefined, { bytes }: CatalogModel): string {
  if (loading?.status === 'ready') return 'ready'
  if (loading?.status === 'failed') return 'failed'
  if (loading?.status !== 'loading') return megabytes(bytes)
  return loading.loaded < bytes ? `${megabytes(loading.loaded)} of ${megabytes(bytes)}` : 'starting'
}
