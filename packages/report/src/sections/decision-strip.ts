import { html, type Markup } from '../html.ts'

/**
 * The decisions of one run as a strip, one cell a grid step: filled where the network was called.
 *
 * One path a strip, runs of cells joined, since a report holds hundreds of them.
 */
export function decisionStrip(decisions: string): Markup {
  const steps = [...decisions]
  const path = steps.map((decision, step) => (decision === 'S' ? '' : `M${step} 0h.8v1h-.8z`)).join('')
  const computed = steps.filter((decision) => decision !== 'S').length
  const label = `${computed} of ${steps.length} steps evaluated`
  return html`<svg class="strip" viewBox="0 0 ${steps.length} 1" preserveAspectRatio="none" role="img" aria-label="${label}"><path class="skipped" d="M0 0h${steps.length}v1H0z"/><path class="computed" d="${path}"/></svg>`
}
