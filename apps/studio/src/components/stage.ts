import { h } from '../dom/element.ts'
import { icon } from '../dom/icon.ts'
import type { Take } from '../engine/protocol.ts'
import { noiseImage } from '../image/noise.ts'
import { paint } from '../image/paint.ts'
import type { Actions } from '../state/actions.ts'
import { plainOf, shownResult } from '../state/result.ts'
import type { Result, Side, State } from '../state/state.ts'
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
  const takesOn = (result: Result | undefined): Partial<Readonly<Record<Side, Take | undefined>>> =>
    result ? { fast: result.fast, full: result.full, plain: plainOf(result) } : {}
  const arrange = (): void => {
    const { step } = store.state
    const takes = takesOn(shownResult(store.state))
    const has = (side: Side): boolean =>
      takes[side] !== undefined || (step?.side === side && step.report.preview !== undefined)
    compare.setSides({ fast: has('fast'), full: has('full'), plain: has('plain') })
    compare.views.hidden = !(takes.fast && (takes.full || shownResult(store.state)?.request.source))
  }
  const shown: Partial<Record<Side, Take | undefined>> = {}
  const putAll = (): void => {
    const takes = takesOn(shownResult(store.state))
    for (const side of SIDES) {
      const take = takes[side]
      if (take === shown[side]) continue
      shown[side] = take
      if (take) compare[side].show(take, wordsOf(side, take))
      compare[side].tag(take ? tagOf(side, take) : '')
    }
  }
  store.watch(
    (state) => shownResult(state)?.request.source,
    (source) => compare.setBefore(source?.image),
  )
  store.watch(shownResult, () => {
    putAll()
    arrange()
  })
  store.watch(
    ({ step }) => step,
    (step) => {
      arrange()
      // A preview that nothing came of makes way for what was there before.
      if (step === undefined) putAll()
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

const SIDES: readonly Side[] = ['plain', 'full', 'fast']

function wordsOf(side: Side, take: Take): string {
  if (side === 'plain') return `The same cost without FastFlow: Euler in ${take.stats.nfe} steps`
  return `${take.caption}, seed ${take.seed}, ${evaluations(take.stats)}`
}

function tagOf(side: Side, { stats }: Take): string {
  if (side === 'plain') return `without, ${stats.nfe}`
  return side === 'full' ? `full run, ${stats.nfe}` : `accelerated, ${stats.nfe}`
}
