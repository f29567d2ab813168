import { h } from '../dom/element.ts'
import { icon } from '../dom/icon.ts'
import type { Origin } from '../engine/protocol.ts'
import { saveJson } from '../export/download.ts'
import type { Actions } from '../state/actions.ts'
import type { State } from '../state/state.ts'
import type { Store } from '../state/store.ts'

/** Full generations that planning on this device may cost. */
const EFFORT = 20

/** Plans and policies on this device: where they come from, and ways to take them along. */
export function deviceSection(store: Store<State>, actions: Actions): HTMLElement {
  const plan = h('dd', {})
  const policy = h('dd', {})
  const network = h('dd', {})
  const button = (words: string, run: () => unknown, name?: Parameters<typeof icon>[0]): HTMLButtonElement =>
    h('button', { type: 'button', class: 'plain', onclick: run }, name && icon(name), words)
  const savePlan = button(
    'Plan',
    () => saveJson(nameOf(store.state, 'plan'), store.state.knowledge?.plan),
    'download',
  )
  const savePolicy = button(
    'Policy',
    () => saveJson(nameOf(store.state, 'policy'), store.state.knowledge?.policy),
    'download',
  )
  const file = h('input', {
    type: 'file',
    accept: 'application/json,.json',
    class: 'unseen',
    'aria-label': 'Plan or policy file',
    onchange: () => {
      const chosen = file.files?.[0]
      file.value = ''
      if (chosen)
        chosen
          .text()
          .then(JSON.parse)
          .then(actions.adopt, (): void =>
            actions.fail(
              `${chosen.name} is not JSON; choose a plan or policy that was saved here or by the command line`,
            ),
          )
    },
  })
  const open = h('label', { class: 'plain button' }, file, icon('upload'), 'Open')
  const calibrate = button(`Plan here (${EFFORT} full runs)`, () =>
    actions.calibrate(EFFORT * store.state.settings.numSteps),
  )
  const forget = button('Forget', () => actions.forget(), 'trash')
  const update = (): void => {
    const { knowledge, activity, loading } = store.state
    const busy = activity !== undefined || loading.status !== 'ready'
    plan.textContent = describePlan(store.state)
    policy.textContent = describePolicy(store.state)
    savePlan.disabled = busy || !knowledge?.plan
    savePolicy.disabled = busy || !knowledge?.policy
    file.disabled = busy
    calibrate.disabled = busy
    forget.disabled = busy || (!isOwn(knowledge?.planSource) && !isOwn(knowledge?.policySource))
  }
  store.watch(({ knowledge }) => knowledge, update)
  store.watch(
    ({ offline }) => offline,
    (offline) => {
      network.textContent = offline
        ? 'Not needed any more: this page and the models loaded here are kept.'
        : 'Needed.'
    },
  )
  store.watch(({ activity, loading }) => activity === undefined && loading.status === 'ready', update)
  return h(
    'section',
    { class: 'card device', 'aria-labelledby': 'device-title' },
    h(
      'header',
      {},
      h(
        'div',
        {},
        h('h2', { id: 'device-title' }, 'On this device'),
        h('p', {}, 'What was planned and learned stays in this browser, for this model and these settings.'),
      ),
    ),
    h(
      'dl',
      {},
      h('div', {}, h('dt', {}, 'Plan'), plan),
      h('div', {}, h('dt', {}, 'Policy'), policy),
      h('div', {}, h('dt', {}, 'Network'), network),
    ),
    h('div', { class: 'exports' }, savePlan, savePolicy, open, calibrate, forget),
  )
}

const planOrigins = {
  shipped: 'Came with the model',
  device: 'Made on this device',
  file: 'Opened from a file',
} as const
const policyOrigins = { ...planOrigins, device: 'Learned on this device' } as const

function isOwn(origin: Origin | undefined): boolean {
  return origin === 'device' || origin === 'file'
}

function describePlan({ knowledge }: State): string {
  const { plan, planSource } = knowledge ?? {}
  if (!plan) return 'None yet. The first picture makes one.'
  const budgets = plan.plans.map(({ budget }) => budget).join(', ')
  return `${planOrigins[planSource!]}: ${budgets} evaluations.`
}

function describePolicy({ knowledge }: State): string {
  const { policy, policySource } = knowledge ?? {}
  if (!policy) return 'None yet. Effort “Learn” makes one.'
  return `${policyOrigins[policySource!]}: ${policy.state.generations} generations.`
}

function nameOf({ model, settings }: State, kind: string): string {
  return `${model?.name}-${settings.numSteps}-steps-${kind}.json`
}
