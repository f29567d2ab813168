import { decisionStrip } from '@fastflow/report'
import { h, parsed } from '../dom/element.ts'

/** The report's strip of decisions, one cell a grid step. */
export interface Strip {
  readonly element: HTMLElement
  /** `decisions` may be shorter than `steps` while a run is under way. */
  update(decisions: string, steps: number): void
}

export function strip(): Strip {
  const element = h('div', {})
  return {
    element,
    update(decisions, steps) {
      element.replaceChildren(parsed(decisionStrip(decisions, steps).text))
    },
  }
}
