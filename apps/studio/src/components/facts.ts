import { decibels, times } from '@fastflow/report'
import { h } from '../dom/element.ts'
import { type IconName, icon } from '../dom/icon.ts'
import { saveClip, savePicture } from '../export/save-picture.ts'
import type { Actions } from '../state/actions.ts'
import { linkOf } from '../state/link.ts'
import { psnrOf } from '../state/measured.ts'
import { plainOf, shownResult } from '../state/result.ts'
import type { Result, State } from '../state/state.ts'
import type { Store } from '../state/store.ts'
import { duration } from '../words.ts'
import { exampleRun } from './example-run.ts'
import { plannedDecisions } from './planned.ts'
import { strip } from './strip.ts'
import { termsList } from './terms.ts'

/** What the picture on the stage is, what it cost, and where it can go. */
export function factsPanel(store: Store<State>, actions: Actions): HTMLElement {
  const caption = h('bdi', {})
  const seed = h('span', {})
  const figures = {
    nfe: figure('Evaluations'),
    time: figure('Time'),
    psnr: figure('Fidelity'),
  }
  const rival = h('p', { class: 'rival' })
  const strips = { fast: namedStrip(), full: namedStrip() }
  const update = (): void => {
    const { step, settings } = store.state
    const result = shownResult(store.state)
    if (result === undefined) {
      strips.fast.update('Planned', plannedDecisions(store.state) ?? '', settings.numSteps)
      strips.full.update('Full run', 'C'.repeat(settings.numSteps), settings.numSteps)
      return
    }
    caption.textContent = result.request.subject
    seed.textContent = `seed ${result.request.settings.seed}`
    for (const side of ['fast', 'full'] as const) {
      const take = result[side]
      const running = step?.side === side ? step.report : undefined
      const decisions = running?.decisions ?? take?.stats.decisions ?? ''
      const steps = running?.numSteps ?? take?.stats.steps ?? result.request.settings.numSteps
      strips[side].update(side === 'fast' ? 'Accelerated' : 'Full run', decisions, steps)
    }
    updateFigures(figures, result)
    rival.textContent = rivalWords(result)
  }
  store.watch(shownResult, update)
  store.watch(({ step }) => step, update)
  store.watch(({ settings }) => settings, update)
  store.watch(({ knowledge }) => knowledge, update)
  const panel = h(
    'div',
    { class: 'facts' },
    intro(),
    h('p', { class: 'caption' }, caption, ' ', seed),
    h('dl', { class: 'figures' }, ...Object.values(figures).map(({ element }) => element)),
    rival,
    h('div', { class: 'strips' }, strips.fast.element, strips.full.element, key()),
    exportButtons(store, actions),
    termsList(),
  )
  store.watch(
    (state) => shownResult(state) === undefined,
    (nothing) => panel.classList.toggle('idle', nothing),
  )
  return panel
}

interface Figure {
  readonly element: HTMLElement
  set(value: string, note: string): void
}

function figure(name: string): Figure {
  const value = h('b', {})
  const note = h('small', {})
  return {
    element: h('div', {}, h('dt', {}, name), h('dd', {}, value, ' ', note)),
    set(text, more) {
      value.textContent = text
      note.textContent = more
    },
  }
}

function updateFigures(figures: Readonly<Record<'nfe' | 'time' | 'psnr', Figure>>, result: Result): void {
  const { fast, full } = result
  figures.nfe.set(fast ? String(fast.stats.nfe) : '–', fast ? `of ${fast.stats.steps}` : '')
  const ratio = fast && full && fast !== full ? `${times(full.wallMs / fast.wallMs)} faster` : ''
  figures.time.set(fast ? duration(fast.wallMs) : '–', ratio)
  const psnr = psnrOf(fast, result)
  figures.psnr.set(
    psnr === undefined ? '–' : decibels(psnr),
    fast && !full ? 'not compared' : 'to the full run',
  )
}

/** Why not simply fewer steps: what the same cost comes to without FastFlow. */
function rivalWords(result: Result): string {
  const { fast } = result
  const plain = plainOf(result)
  const own = psnrOf(fast, result)
  const other = psnrOf(plain, result)
  if (!fast || !plain || own === undefined || other === undefined) return ''
  const verdict =
    own - other > 0.05
      ? `${decibels(own - other)} closer`
      : other - own > 0.05
        ? `${decibels(other - own)} less close`
        : 'as close'
  return `The same cost without FastFlow, simply ${plain.stats.nfe} steps: ${decibels(other)} in ${duration(plain.wallMs)}. FastFlow is ${verdict} to the full run.`
}

/** What there is to see before the first picture. */
function intro(): HTMLElement {
  return h(
    'div',
    { class: 'intro' },
    h('h2', {}, 'The same picture, fewer evaluations'),
    h(
      'p',
      {},
      'A picture is drawn out of noise in many steps; FastFlow evaluates the network only where that matters and computes the steps in between from what it has seen.',
    ),
    exampleRun(),
  )
}

function namedStrip(): {
  readonly element: HTMLElement
  update(name: string, decisions: string, steps: number): void
} {
  const { element, update } = strip()
  const label = h('b', {})
  const count = h('span', {})
  return {
    element: h('div', {}, h('p', {}, label, count), element),
    update(name, decisions, steps) {
      update(decisions, steps)
      const nfe = decisions.replaceAll('S', '').length
      label.textContent = name
      count.textContent = nfe === 0 ? '' : `${nfe} of ${steps}`
    },
  }
}

function key(): HTMLElement {
  return h(
    'p',
    { class: 'key' },
    h('i', { class: 'computed' }),
    'evaluated (lower: one pass of two)',
    h('i', { class: 'skipped' }),
    'skipped',
  )
}

function exportButtons(store: Store<State>, actions: Actions): HTMLElement {
  const button = (name: IconName, words: string, run: (result: Result) => unknown): HTMLButtonElement =>
    h(
      'button',
      {
        type: 'button',
        class: 'plain',
        onclick: () => {
          const { result } = store.state
          if (result) Promise.resolve(run(result)).catch(actions.fail)
        },
      },
      icon(name),
      words,
    )
  const picture = button('download', 'Picture', savePicture)
  const clip = button('download', 'Clip', saveClip)
  const report = button('file', 'Report', async (result) => {
    // The page is more than half of what the report has in code, and seldom asked for.
    const { saveReport } = await import('../export/save-report.ts')
    return saveReport(result, store.state)
  })
  const link = button('link', 'Link', async ({ request }) => {
    await navigator.clipboard.writeText(new URL(linkOf(request), location.href).href)
    store.set({ announcement: 'The link is copied.', notes: [linkNote(request.source !== undefined)] })
  })
  const edit = button('edit', 'Edit', async (result) => {
    const editor = store.state.models.find(({ task }) => task === 'image-editing')
    const image = result.fast?.image
    if (editor === undefined || image === undefined) return
    actions.setSource({ name: result.request.subject, image })
    if (store.state.model !== editor) await actions.pick(editor)
  })
  store.watch(
    ({ result, activity, models }) => [result, activity, models] as const,
    () => {
      const { result, activity, models } = store.state
      const take = result?.fast
      const about = result?.request.about
      for (const one of [picture, clip, report, link, edit])
        one.disabled = take === undefined || activity !== undefined
      clip.hidden = !take?.clip
      const fits = models.some(({ task }) => task === 'image-editing') && about?.size === 64
      edit.hidden = !fits || about?.task === 'text-to-video'
    },
  )
  return h(
    'div',
    { class: 'exports', role: 'group', 'aria-label': 'Save or go on' },
    picture,
    clip,
    report,
    link,
    edit,
  )
}

function linkNote(edited: boolean): string {
  const settings = 'a link to these settings is copied; nothing was uploaded'
  return edited ? `${settings}, and the picture that was edited is not in it` : settings
}
