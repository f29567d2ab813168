import { budgetStrip } from './components/budgets.ts'
import { computePanel } from './components/compute.ts'
import { detailsPanel } from './components/details.ts'
import { deviceSection } from './components/device.ts'
import { header } from './components/header.ts'
import { historySection } from './components/history.ts'
import { learningSection } from './components/learning.ts'
import { modelPicker } from './components/models.ts'
import { notices } from './components/notices.ts'
import { qualitySection } from './components/quality.ts'
import { runBar } from './components/run-bar.ts'
import { takePictures } from './components/source.ts'
import { stage } from './components/stage.ts'
import { subjectPanel } from './components/subject.ts'
import { h } from './dom/element.ts'
import type { Actions } from './state/actions.ts'
import type { State } from './state/state.ts'
import type { Store } from './state/store.ts'

/** The page: what to make on one side, what was made on the other. */
export function app(store: Store<State>, actions: Actions): HTMLElement {
  const picture = stage(store, actions)
  const form = h(
    'form',
    {
      class: 'panel',
      'aria-label': 'What to make',
      onsubmit: (event: Event) => {
        event.preventDefault()
        void actions.generate()
        bringIntoView(picture)
      },
    },
    h(
      'div',
      { class: 'fields' },
      modelPicker(store, actions),
      subjectPanel(store, actions),
      computePanel(store, actions),
      detailsPanel(store, actions),
    ),
    runBar(store, actions),
  )
  takePictures(store, actions)
  window.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') actions.stop()
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit()
  })
  return h(
    'div',
    { class: 'app' },
    header(store, actions),
    form,
    h(
      'main',
      {},
      notices(store, actions),
      picture,
      budgetStrip(store, actions),
      historySection(store, actions),
      qualitySection(store, actions),
      learningSection(store, actions),
      deviceSection(store, actions),
    ),
  )
}

/** On a phone the picture lies below the form. */
function bringIntoView(element: HTMLElement): void {
  const { top, bottom } = element.getBoundingClientRect()
  if (top > innerHeight * 0.75 || bottom < 0) element.scrollIntoView({ block: 'start' })
}
