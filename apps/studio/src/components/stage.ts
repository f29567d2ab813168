import { h } from '../dom/element.ts'
import { icon } from '../dom/icon.ts'
import type { Take } from '../engine/protocol.ts'
import { noiseImage } from '../image/noise.ts'
import { paint } from '../image/paint.ts'
import type { Actions } from '../state/actions.ts'
import { shownResult } from '../state/result.ts'
import type { Result, State } from '../state/state.ts'
import type { Store } from '../state/store.ts'
import { evaluations } from '../words.ts'
import { compareFrame } from './compare.ts'
import { factsPanel } from './facts.ts'

/** The picture, full run against accelerated, with what it cost. */
export function stage(store: Store<State>, actions: Actions): HTMLElement {
  const compare = compareFrame()
  const noise = h('canvas', { 'aria-hidden': 'true' })
  const empty = h('div', { class: 'empty' }, noise, h('p', {}, 'Every picture begins as noise'))
  store.watch(
    ({ settings }) => settings.seed,
    (seed) => paint(noise, noiseImage(seed)),
  )
  compare.frame.append(empty)
  const sides = (): void => {
    const { step } = store.state
    const result = shownResult(store.state)
    const full = result?.full !== undefined || (step?.side === 'full' && step.report.preview !== undefined)
    const fast = result?.fast !== undefined || (step?.side === 'fast' && step.report.preview !== undefined)
    compare.setSides(full && fast ? 'both' : full ? 'full' : fast ? 'fast' : 'none')
    compare.views.hidden = !(result?.full && result.fast)
  }
  const shown: { full?: Take | undefined; fast?: Take | undefined } = {}
  const put = (side: 'full' | 'fast', result: Result | undefined): void => {
    const take = result?.[side]
    if (take === shown[side]) return
    shown[side] = take
    if (take) compare[side].show(take, `${take.caption}, seed ${take.seed}, ${evaluations(take.stats)}`)
    compare[side].tag(take ? tagOf(side, take) : '')
  }
  store.watch(shownResult, (result) => {
    put('full', result)
    put('fast', result)
    sides()
  })
  store.watch(
    ({ step }) => step,
    (step) => {
      sides()
      // A preview that nothing came of makes way for what was there before.
      if (step === undefined) {
        const result = shownResult(store.state)
        put('full', result)
        put('fast', result)
      }
      if (!step?.report.preview) return
      compare[step.side].preview(step.report.preview)
      compare[step.side].tag(`step ${step.report.index} of ${step.report.numSteps}`)
      shown[step.side] = undefined
    },
  )
  return h(
    'section',
    { class: 'stage card', 'aria-label': 'Picture' },
    h('div', { class: 'picture' }, compare.frame, compare.views, pauseButton(store)),
    factsPanel(store, actions),
  )
}

/** Clips play until they are told not to; people who want no motion see the first frame from the start. */
function pauseButton(store: Store<State>): HTMLElement {
  const root = document.documentElement
  const words = h('span', {})
  const button = h(
    'button',
    {
      type: 'button',
      class: 'plain',
      onclick: () => {
        root.dataset.clips = root.dataset.clips === 'paused' ? 'playing' : 'paused'
        update()
      },
    },
    words,
  )
  const update = (): void => {
    button.replaceChildren(icon(root.dataset.clips === 'paused' ? 'play' : 'pause'), words)
    words.textContent = root.dataset.clips === 'paused' ? 'Play' : 'Pause'
  }
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) root.dataset.clips = 'paused'
  update()
  store.watch(
    (state) => {
      const result = shownResult(state)
      return (result?.fast ?? result?.full)?.clip === undefined
    },
    (still) => {
      button.hidden = still
    },
  )
  return button
}

function tagOf(side: 'full' | 'fast', { stats }: Take): string {
  return side === 'full' ? `full run, ${stats.nfe}` : `accelerated, ${stats.nfe}`
}
