import { h } from '../dom/element.ts'
import { icon } from '../dom/icon.ts'
import type { Actions } from '../state/actions.ts'
import type { State } from '../state/state.ts'
import type { Store } from '../state/store.ts'

/** Generate, and while something runs how far it is and the way to stop it. */
export function runBar(store: Store<State>, actions: Actions): HTMLElement {
  const words = h('span', {})
  const generate = h('button', { type: 'submit', class: 'primary' }, icon('spark'), words)
  const stop = h(
    'button',
    { type: 'button', class: 'stop', onclick: () => actions.stop() },
    icon('stop'),
    'Stop',
  )
  const bar = h('progress', { max: 1, value: 0, 'aria-label': 'Progress' })
  const doing = h('span', { class: 'doing' })
  const running = h('div', { class: 'running' }, h('div', {}, doing, bar), stop)
  let started = 0
  store.watch(
    ({ activity }) => activity !== undefined,
    () => {
      started = performance.now()
    },
  )
  store.watch(
    ({ activity }) => activity,
    (activity) => {
      const focused = document.activeElement === generate || document.activeElement === stop
      generate.hidden = activity !== undefined
      running.hidden = activity === undefined
      if (focused) (activity ? stop : generate).focus()
      if (activity === undefined) return
      bar.value = activity.done
      doing.textContent = activity.words + timeLeft(activity.done, performance.now() - started)
    },
  )
  const ready = ({ loading, about, source }: State): string => {
    if (loading.status !== 'ready')
      return loading.status === 'failed' ? 'Model not loaded' : 'Loading the model'
    return about?.task === 'image-editing' && source === undefined ? 'Choose a picture first' : 'Generate'
  }
  store.watch(ready, (text) => {
    generate.disabled = text !== 'Generate'
    words.textContent = text
  })
  return h('div', { class: 'run-bar' }, generate, running)
}

/** What is left at the pace so far; nothing before that says much. */
function timeLeft(done: number, elapsedMs: number): string {
  if (done < 0.05 || done >= 1 || elapsedMs < 1500) return ''
  return `, about ${Math.ceil((elapsedMs * (1 - done)) / done / 1000)} s left`
}
