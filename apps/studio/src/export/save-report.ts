import { frontierChart } from '../charts/frontier.ts'
import { heatMap } from '../charts/heat-map.ts'
import { learningCurve } from '../charts/learning-curve.ts'
import { strip } from '../charts/strip.ts'
import { h } from '../dom/element.ts'
import type { Take } from '../engine/protocol.ts'
import { fidelityOf } from '../state/fidelity.ts'
import { type Result, runSettingsOf, type State } from '../state/state.ts'
import { decibels, duration, evaluations, times } from '../words.ts'
import { download, fileName } from './download.ts'
import { metadataOf } from './metadata.ts'
import { encodeApng, encodePng } from './png.ts'
import style from './report.css?inline'

const WIDTH = 640

/** Everything on the page about this picture as one HTML file that needs no network and runs no script. */
export async function saveReport(result: Result, state: State): Promise<void> {
  const html = await renderReport(result, state)
  download(`${fileName(result.model, result.subject, result.settings.seed)}-report.html`, html, 'text/html')
}

async function renderReport(result: Result, state: State): Promise<string> {
  const { others, full, fast } = result
  const takes = [...new Set([...others, ...(fast ? [fast] : []), ...(full ? [full] : [])])]
  takes.sort((a, b) => a.stats.nfe - b.stats.nfe)
  const figures = await Promise.all(takes.map((take) => takeFigure(take, result, state)))
  const main = h(
    'main',
    {},
    h('p', { class: 'brand' }, 'FastFlow report'),
    h('h1', {}, result.subject),
    h('p', { class: 'lead' }, leadOf(result, state)),
    h('div', { class: 'takes' }, ...figures),
    ...charts(result, state),
  )
  const page = document.implementation.createHTMLDocument(`${result.subject} – FastFlow`)
  page.documentElement.lang = 'en'
  page.head.append(
    h('meta', { charset: 'utf-8' }),
    h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    h('meta', {
      'http-equiv': 'Content-Security-Policy',
      content: "default-src 'none'; img-src data:; style-src 'unsafe-inline'",
    }),
    h('style', {}, style),
  )
  page.body.append(main)
  return `<!doctype html>\n${page.documentElement.outerHTML}\n`
}

function leadOf({ settings, fast, full }: Result, { about }: State): string {
  const { guidanceInterval } = runSettingsOf(settings)
  const where = guidanceInterval ? ` at noise levels ${guidanceInterval.join(' to ')}` : ''
  const run = `${about?.name}, seed ${settings.seed}, ${settings.numSteps} steps, guidance ${settings.guidanceScale}${where}, ${about?.executionProvider}.`
  if (!fast || !full || fast === full) return run
  return `${run} ${evaluations(fast.stats)}, ${times(full.wallMs / fast.wallMs)} as fast as the full run.`
}

async function takeFigure(take: Take, result: Result, state: State): Promise<HTMLElement> {
  const metadata = metadataOf(take, result, state)
  const bytes = take.clip ? await encodeApng(take.clip, metadata) : await encodePng(take.image, metadata)
  const cells = strip()
  cells.update(take.stats.decisions, take.stats.steps)
  const psnr = fidelityOf(take, result.full)
  const whole = take === result.full
  return h(
    'figure',
    {},
    h('img', {
      src: `data:image/png;base64,${base64(bytes)}`,
      alt: `${take.caption}, ${evaluations(take.stats)}`,
    }),
    h(
      'figcaption',
      {},
      h('b', {}, whole ? `Full run, ${take.stats.nfe}` : `${take.stats.nfe} evaluations`),
      h(
        'span',
        {},
        [psnr !== undefined && !whole && decibels(psnr), duration(take.wallMs)].filter(Boolean).join(', '),
      ),
      cells.element,
    ),
  )
}

function charts({ full, fast, others }: Result, { knowledge, settings }: State): readonly HTMLElement[] {
  const measured = [...others, ...(fast ? [fast] : [])].flatMap((take) => {
    const psnr = fidelityOf(take, full)
    return psnr === undefined || psnr >= 100 ? [] : [{ nfe: take.stats.nfe, psnr }]
  })
  const section = (title: string, drawing: SVGSVGElement): HTMLElement =>
    h('section', {}, h('h2', {}, title), drawing)
  const { plan, policy, curve = [] } = knowledge ?? {}
  return [
    ...(plan
      ? [section('Fidelity for cost', frontierChart({ plan, measured, chosen: settings.nfe, width: WIDTH }))]
      : []),
    ...(policy ? [section('What the policy chooses', heatMap(policy.state, WIDTH))] : []),
    ...(curve.length > 1
      ? [section('What a picture costs', learningCurve(curve, settings.numSteps, WIDTH))]
      : []),
  ]
}

function base64(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}
