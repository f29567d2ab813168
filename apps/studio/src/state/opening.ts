import type { Actions } from './actions.ts'
import { readLink } from './link.ts'
import type { Remembered } from './remember.ts'
import type { State } from './state.ts'
import type { Store } from './store.ts'

/** Opens what the address asks for, else what the page was left with, else the first model; and links that come later. */
export async function openFirst(store: Store<State>, actions: Actions, before: Remembered): Promise<void> {
  window.addEventListener('hashchange', () => void followLink(store, actions))
  if (await followLink(store, actions)) return
  const { models } = store.state
  const model = models.find(({ name }) => name === before.model) ?? models[0]
  const { nfe } = before.settings
  if (model) await actions.pick(model, { ...(nfe !== undefined && { nfe }) })
}

/** @returns whether the address is a link that can be followed. It is used once: what is set afterwards stays after a reload. */
async function followLink(store: Store<State>, actions: Actions): Promise<boolean> {
  const { models, notes } = store.state
  const link = readLink(location.hash)
  if (link === undefined) return false
  history.replaceState(undefined, '', location.pathname + location.search)
  const model = models.find(({ name }) => name === link.model)
  if (model === undefined) {
    store.set({ notes: [...notes, `the link is for the model ${link.model}, which this page does not have`] })
    return false
  }
  await actions.pick(model, link.settings)
  return true
}
