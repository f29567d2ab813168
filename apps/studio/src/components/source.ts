import { h } from '../dom/element.ts'
import { icon } from '../dom/icon.ts'
import { paint } from '../image/paint.ts'
import type { Actions } from '../state/actions.ts'
import type { State } from '../state/state.ts'
import type { Store } from '../state/store.ts'
import { examplePicture } from './example-run.ts'

/** A picture that is dropped or pasted anywhere is taken to edit, where the model edits; no file takes the place of the page. */
export function takePictures(store: Store<State>, actions: Actions): void {
  const take = (data: DataTransfer | null): void => {
    const file = data?.files[0]
    if (file && store.state.about?.task === 'image-editing') void actions.chooseSource(file)
  }
  window.addEventListener('dragover', (event) => event.preventDefault())
  window.addEventListener('drop', (event) => {
    event.preventDefault()
    take(event.dataTransfer)
  })
  window.addEventListener('paste', ({ clipboardData }) => take(clipboardData))
}

/** Shows the picture to edit, and takes another one. */
export function sourcePicker(store: Store<State>, actions: Actions): HTMLElement {
  const input = h('input', {
    type: 'file',
    accept: 'image/png,image/jpeg,image/webp,image/gif,image/avif,image/bmp',
    'aria-label': 'Picture to edit',
    onchange: () => {
      const file = input.files?.[0]
      if (file) void actions.chooseSource(file)
    },
  })
  const canvas = h('canvas', { role: 'img' })
  const words = h('span', { class: 'words' })
  const zone = h('label', { class: 'drop' }, input, canvas, icon('upload'), words)
  const over = (on: boolean) => (event: DragEvent) => {
    event.preventDefault()
    zone.classList.toggle('over', on)
  }
  zone.addEventListener('dragover', over(true))
  zone.addEventListener('dragleave', over(false))
  zone.addEventListener('drop', over(false))
  const example = h(
    'button',
    {
      type: 'button',
      class: 'chip',
      onclick: () => examplePicture().then(actions.setSource, actions.fail),
    },
    'Take an example',
  )
  store.watch(
    ({ source }) => source,
    (source) => {
      zone.classList.toggle('filled', source !== undefined)
      canvas.hidden = source === undefined
      canvas.setAttribute('aria-label', source?.name ?? '')
      words.textContent = source
        ? `${source.name}. Drop another to replace it.`
        : 'Drop or paste a picture anywhere, or choose one'
      example.hidden = source !== undefined
      if (source) paint(canvas, source.image)
    },
  )
  return h('div', {}, h('p', { class: 'label' }, 'Picture'), zone, example)
}
