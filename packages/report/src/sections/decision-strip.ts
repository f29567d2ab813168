import { invalidArgument } from '@fastflow/core'
import { checkWhole, shown } from '@fastflow/core/backend'
import { html, type Markup } from '../html.ts'

/**
 * The decisions of one run as a strip of SVG, one cell a grid step: filled where the network was called, half filled where one
 * of two passes was saved, pale where the step was skipped.
 *
 * One path a strip, since a report holds hundreds of them. Its two colours are the page's: `.computed` and `.skipped`.
 *
 * @param decisions one letter a step: C evaluated, G evaluated by one pass of two, S skipped.
 * @param steps of the whole grid, where the run is still under way.
 * @throws FastFlowError `invalid-argument` for what is no text or no number of steps.
 */
export function decisionStrip(decisions: string, steps: number = decisions?.length): Markup {
  if (typeof decisions !== 'string')
    throw invalidArgument(
      'decisions',
      `${shown(decisions)} is not a text; pass one letter a step, e.g. "CSSC"`,
    )
  checkWhole('steps', steps, 0)
  const cells = [...decisions].map((decision, step) =>
    decision === 'S' ? '' : `M${step} 0h.8v${decision === 'G' ? '.55' : '1'}h-.8z`,
  )
  const computed = cells.filter((cell) => cell !== '').length
  const label = `${computed} of ${steps} steps evaluated`
  // Cells stand on the lower edge.
  return html`<svg class="strip" viewBox="0 0 ${Math.max(1, steps)} 1" preserveAspectRatio="none" role="img" aria-label="${label}"><path class="skipped" d="M0 0h${decisions.length}v1H0z"/><path class="computed" transform="matrix(1 0 0 -1 0 1)" d="${cells.join('')}"/></svg>`
}
