import { h } from '../dom/element.ts'
import { icon } from '../dom/icon.ts'
import { paint } from '../image/paint.ts'
import type { Actions } from '../state/actions.ts'
import type { State } from '../state/state.ts'
import type { Store } from '../state/store.ts'

/** Where a picture to edit is dropped, pasted or chosen. */
export function sourcePicker(store: Store<State>, actions: Actions): HTMLElement {
  const take = (file: File | undefined): void => {
    if (file) void actions.chooseSource(file)
  }
  const input = h('input', {
    type: 'file',
    accept: 'image/png,image/jpeg,image/webp,image/gif,image/avif,image/bmp',
    'aria-label': 'Picture to edit',
    onchange: () => take(input.files?.[0]),
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
  zone.addEventListener('drop', (event) => {
    over(false)(event)
    take(event.dataTransfer?.files[0])
  })
  window.addEventListener('paste', ({ clipboardData }) => {
    if (zone.isConnected) take(clipboardData?.files[0])
  })
  store.watch(
    ({ source }) => source,
    (source) => {
      zone.classList.toggle('filled', source !== undefined)
      canvas.hidden = source === undefined
      canvas.setAttribute('aria-label', source?.name ?? '')
      words.textContent = source
        ? `${source.name}. Drop another to replace it.`
        : 'Drop a picture here, or choose one'
      if (source) paint(canvas, source.image)
    },
  )
  return h('div', {}, h('p', { class: 'label' }, 'Picture'), zone)
}
