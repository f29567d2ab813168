import { h } from '../dom/element.ts'
import { type IconName, icon } from '../dom/icon.ts'
import type { State } from '../state/state.ts'
import type { Store } from '../state/store.ts'
import { readTheme, type Theme, writeTheme } from '../theme.ts'

/** Name, what networks run on, and the switch between light and dark. */
export function header(store: Store<State>): HTMLElement {
  return h(
    'header',
    { class: 'top' },
    h('div', { class: 'brand' }, mark(), h('h1', {}, 'FastFlow ', h('span', {}, 'Studio'))),
    runtime(store),
    themeSwitch(),
  )
}

function mark(): HTMLElement {
  const cells = [...'CSSCSCSSC'].map((decision) => h('i', decision === 'C' ? { class: 'on' } : {}))
  return h('span', { class: 'mark', 'aria-hidden': 'true' }, ...cells)
}

function runtime(store: Store<State>): HTMLElement {
  const name = h('span', {})
  const body = h('p', {})
  const details = h(
    'details',
    { class: 'runtime', hidden: true },
    h('summary', {}, h('i', { class: 'dot' }), name),
    h('div', { class: 'popover' }, body),
  )
  store.watch(
    ({ about }) => about,
    (about) => {
      details.hidden = about === undefined
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
