import type { BenchDocument } from '@fastflow/bench'
import type { Comparison, Media, ModelSection, Picture } from '../document.ts'
import { count, decibels, times } from '../format.ts'
import { html, type Markup } from '../html.ts'
import { parseMethod } from '../methods.ts'
import { decisionStrip } from './decision-strip.ts'

/** Up to this width images are drawn as crisp squares instead of a blur. */
const PIXELATED = 128

/**
 * Every comparison as a row of thumbnails, and above them a stage where two of a row are laid over each other.
 *
 * Each image is in the page once, edits beside the picture they began from; the script copies it to the stage, which stays hidden without scripts.
 *
 * @param live whether the page runs its script: without it there are thumbnails alone.
 */
export function compareSection(section: ModelSection, id: string, live: boolean): Markup | undefined {
  const several = section.comparisons.filter(({ pictures }) => pictures.length > 1)
  const comparisons = several.length > 0 ? several : section.comparisons
  if (comparisons.length === 0) return undefined
  const staged = live && several.length > 0
  const most = Math.max(...comparisons.map(({ pictures, source }) => pictures.length + (source ? 1 : 0)))
  const edits = comparisons.some(({ source }) => source !== undefined)
  const clips = comparisons.some(({ pictures }) => pictures.some(({ media }) => media.still !== undefined))
  const rows = comparisons.map((comparison) => galleryRow(comparison, section.bench, staged))
  return html`<section class="compare"${staged ? html` data-compare="${id}"` : undefined}>
<h3 id="${id}-title">${several.length > 0 ? 'Side by side' : 'What was made'}</h3>
${several.length > 0 ? html`<p class="lead">Every image of a row began as the same noise; only the evaluations spent on it differ.${edits ? ' The first picture is the one that was edited.' : ''}${staged ? ' Pick an image below, then a method.' : ''}</p>` : undefined}${
  staged
    ? html`
${stage(id, { edits, clips })}`
    : undefined
}
<ol class="gallery" style="--pictures:${most}">${rows}</ol>
</section>`
}

function stage(id: string, { edits, clips }: { readonly edits: boolean; readonly clips: boolean }): Markup {
  const radio = (group: string, value: string, label: string, checked = false): Markup =>
    html`<label><input type="radio" name="${id}-${group}" value="${value}"${checked ? html` checked` : undefined}><span>${label}</span></label>`
  return html`<div class="stage" data-stage hidden>
<div class="frame" data-view="slider">
<div class="sides"><div class="side full" data-side="full"></div><div class="side other" data-side="other"></div></div>
<span class="tag left" data-tag="full"></span><span class="tag right" data-tag="other"></span>
<span class="divider" aria-hidden="true"></span>
<input type="range" min="0" max="100" step="1" value="50" aria-label="Where the left picture ends and the chosen method begins">
</div>
<div class="panel">
<p class="caption"><bdi data-fact="caption"></bdi><span data-fact="seed"></span></p>
<fieldset class="picker" data-picker><legend>Method${edits ? '' : ', against the full run'}</legend><div></div></fieldset>
${edits ? against(radio) : undefined}<fieldset class="picker"><legend>View</legend><div>${[
    radio('view', 'slider', 'Slider', true),
    radio('view', 'pair', 'Side by side'),
    radio('view', 'difference', 'Difference × 8'),
  ]}</div></fieldset>
${clips ? html`<button type="button" class="pause" aria-pressed="false" data-pause>Pause the clips</button>` : undefined}
<dl class="facts" aria-live="polite">
<div><dt>PSNR to the full run</dt><dd data-fact="psnr"></dd></div>
<div><dt>Evaluations (NFE)</dt><dd data-fact="nfe"></dd></div>
<div data-optional><dt>Speedup, whole bench</dt><dd data-fact="speed"></dd></div>
</dl>
<div class="strips"><p><b data-fact="method"></b> <i class="swatch computed"></i>evaluated <i class="swatch skipped"></i>skipped</p><div data-fact="strip"></div></div>
</div>
</div>`
}

function against(radio: (group: string, value: string, label: string, checked?: boolean) => Markup): Markup {
  return html`<fieldset class="picker"><legend>Against</legend><div>${[
    radio('against', 'full', 'the full run', true),
    radio('against', 'source', 'the picture before'),
  ]}</div></fieldset>
`
}

function galleryRow(comparison: Comparison, bench: BenchDocument, live: boolean): Markup {
  const { caption, seed, pictures, source } = comparison
  return html`<li class="seed" data-caption="${caption}" data-seed="${seed}">
<p class="caption"><bdi>${caption}</bdi><span>seed ${seed}${worstWords(comparison, bench)}</span></p>
<div class="thumbs">${source && sourceThumb(source, caption)}${pictures.map((picture) => thumb(picture, comparison, bench, live))}</div>
</li>`
}

/** Of the sample that a plan does worst on: the tail is to be seen too. */
function worstWords({ pictures }: Comparison, { rows, samples }: BenchDocument): string | undefined {
  const worst = pictures.find(({ method, psnr }) => {
    const row = parseMethod(method).family === 'plan' && rows.find((row) => row.method === method)
    return row && row.psnr.min === psnr
  })
  return samples > 1 && worst ? `, the worst of ${samples} by ${worst.method}` : undefined
}

function thumb(picture: Picture, { caption, seed }: Comparison, bench: BenchDocument, live: boolean): Markup {
  const row = bench.rows.find((row) => row.method === picture.method)
  const { method, nfe, psnr, decisions, media } = picture
  const quality = psnr === undefined ? undefined : decibels(psnr)
  const content = html`
${image(media, `${caption}, seed ${seed}, by ${method}`)}
<span class="name">${method}</span><span class="figures">${quality && html`<span>${quality}</span>`}<span>${count(nfe)} NFE</span></span>
${decisionStrip(decisions)}
`
  if (!live) return html`<div class="thumb">${content}</div>`
  return html`<button type="button" class="thumb" aria-pressed="false" data-method="${method}" data-nfe="${count(nfe)} of ${bench.steps}" data-psnr="${quality}" data-speed="${row && times(row.speedup)}">${content}</button>`
}

/** Not a button: there is nothing to compare a source with but its edits. */
function sourceThumb(media: Media, caption: string): Markup {
  return html`<div class="source">${image(media, `the picture before: ${caption}`)}<span class="name">before</span></div>`
}

/** Clips stand still for those who asked their system for less motion. */
function image({ type, width, height, base64, still }: Media, alt: string): Markup {
  const small = width <= PIXELATED
  const picture = html`<img src="data:${type};base64,${base64}" alt="${alt}" width="${width}" height="${height}"${small ? html` class="pixelated"` : undefined}>`
  if (still === undefined) return picture
  return html`<picture><source media="(prefers-reduced-motion: reduce)" srcset="data:image/png;base64,${still}" type="image/png">${picture}</picture>`
}
