import { h } from '../dom/element.ts'
import { type IconName, icon } from '../dom/icon.ts'
import type { RuntimeChoice } from '../engine/protocol.ts'
import type { Actions } from '../state/actions.ts'
import type { State } from '../state/state.ts'
import type { Store } from '../state/store.ts'
import { readTheme, type Theme, writeTheme } from '../theme.ts'

/** Name, what networks run on, and the switch between light and dark. */
export function header(store: Store<State>, actions: Actions): HTMLElement {
  return h(
    'header',
    { class: 'top' },
    h('div', { class: 'brand' }, mark(), h('h1', {}, 'FastFlow ', h('span', {}, 'Studio'))),
    runtime(store, actions),
    themeSwitch(),
  )
}

function mark(): HTMLElement {
  const cells = [...'CSSCSCSSC'].map((decision) => h('i', decision === 'C' ? { class: 'on' } : {}))
  return h('span', { class: 'mark', 'aria-hidden': 'true' }, ...cells)
}

function runtime(store: Store<State>, actions: Actions): HTMLElement {
  const name = h('span', {})
  const body = h('p', {})
  const details = h(
    'details',
    { class: 'runtime', hidden: true },
    h('summary', {}, h('i', { class: 'dot' }), name),
    h('div', { class: 'popover' }, body, runtimeChoice(store, actions)),
  )
  store.watch(
    ({ about, loading }) => about === undefined && loading.status !== 'failed',
    (unknown) => {
      details.hidden = unknown
    },
  )
  store.watch(
    ({ about }) => about,
    (about) => {
      name.textContent = 'Not running'
      body.textContent = ''
      if (about === undefined) return
      name.textContent = about.runtime.name
      body.textContent = `${about.runtime.reason} Nothing you type or open leaves this device.`
    },
  )
  window.addEventListener('click', ({ target }) => {
    if (!details.contains(target as Node)) details.open = false
  })
  details.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') details.open = false
  })
  return details
}

/** Threads to choose from where there are many cores. */
const MOST_THREADS = 8

/** What networks are to run on: more threads are slower where the machine has other work. */
function runtimeChoice(store: Store<State>, actions: Actions): HTMLElement {
  const cores = crossOriginIsolated ? Math.min(navigator.hardwareConcurrency, MOST_THREADS) : 1
  const threads = Array.from({ length: cores }, (_, n) => n + 1)
  const choices: readonly (readonly [RuntimeChoice, string])[] = [
    ['auto', 'Chosen by Studio'],
    ['webgpu', 'WebGPU'],
    ...threads.map((n) => [`wasm-${n}`, `WebAssembly, ${n} thread${n === 1 ? '' : 's'}`] as const),
  ]
  const select = h(
    'select',
    { id: 'runtime', onchange: () => void actions.runOn(select.value as RuntimeChoice) },
    ...choices.map(([choice, words]) => h('option', { value: choice }, words)),
  )
  store.watch(
    ({ runtime }) => runtime,
    (choice) => {
      select.value = choice
    },
  )
  store.watch(
    ({ activity, loading }) => activity !== undefined || loading.status === 'loading',
    (busy) => {
      select.disabled = busy
    },
  )
  return h('p', { class: 'row' }, h('label', { for: 'runtime' }, 'Run on'), select)
}

const themes: readonly (readonly [Theme, IconName, string])[] = [
  ['auto', 'auto', 'Like the system'],
  ['light', 'sun', 'Light'],
  ['dark', 'moon', 'Dark'],
]

function themeSwitch(): HTMLElement {
  const current = readTheme()
  const choices = themes.map(([theme, name, words]) =>
    h(
      'label',
      { title: words },
      h('input', {
        type: 'radio',
        name: 'theme',
        value: theme,
        checked: theme === current,
        'aria-label': words,
        onchange: () => writeTheme(theme),
      }),
      h('span', {}, icon(name)),
    ),
  )
  return h('fieldset', { class: 'theme' }, h('legend', { class: 'unseen' }, 'Theme'), ...choices)
}
