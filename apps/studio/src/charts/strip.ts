import { s } from '../dom/element.ts'
import { evaluations } from '../words.ts'

/** One cell a grid step: filled where the network was called, half filled where a pass was saved, pale where skipped. */
export interface Strip {
  readonly element: SVGSVGElement
  /** `decisions` may be shorter than `steps` while a run is under way. */
  update(decisions: string, steps: number): void
}

/** A pass with forecast guidance costs about half. */
const heightOf = (decision: string): number => (decision === 'G' ? 0.55 : 1)

function cellsOf(decisions: string, drawn: string): string {
  return [...decisions]
    .map((decision, step) => {
      if (!drawn.includes(decision)) return ''
      const height = heightOf(decision)
      return `M${step} ${1 - height}h.82v${height}h-.82z`
    })
    .join('')
}

export function strip(): Strip {
  const skipped = s('path', { class: 'skipped' })
  const computed = s('path', { class: 'computed' })
  const element = s('svg', { class: 'strip', role: 'img', preserveAspectRatio: 'none' }, skipped, computed)
  return {
    element,
    update(decisions, steps) {
      element.setAttribute('viewBox', `0 0 ${Math.max(1, steps)} 1`)
      computed.setAttribute('d', cellsOf(decisions, 'CRG'))
      skipped.setAttribute('d', cellsOf(decisions, 'S'))
      element.setAttribute('aria-label', evaluations({ nfe: decisions.replaceAll('S', '').length, steps }))
    },
  }
}
