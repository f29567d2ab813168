import { h } from '../dom/element.ts'

export interface SeamOptions {
  /** Read aloud. */
  readonly name: string
  /** CSS variable of the frame that has its place. */
  readonly property: string
  /** Where it is at first, % from the left. */
  readonly value: number
  readonly words: (value: number) => string
}

/** Where one picture ends and another begins. */
export interface Seam {
  readonly elements: readonly HTMLElement[]
  readonly input: HTMLInputElement
  value(): number
  set(value: number): void
}

/** A native slider across the frame, with a line where it is. */
export function seam(frame: HTMLElement, { name, property, value, words }: SeamOptions): Seam {
  const kind = property.slice(2)
  const input = h('input', { type: 'range', min: 0, max: 100, class: kind, 'aria-label': name })
  const update = (): void => {
    frame.style.setProperty(property, `${input.value}%`)
    input.setAttribute('aria-valuetext', words(Number(input.value)))
  }
  const set = (next: number): void => {
    input.value = String(next)
    update()
  }
  input.addEventListener('input', update)
  set(value)
  return {
    elements: [h('span', { class: `divider ${kind}`, 'aria-hidden': 'true' }), input],
    input,
    value: () => Number(input.value),
    set,
  }
}
