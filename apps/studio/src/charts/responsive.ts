/** Redraws a chart for the width it has: shrinking a wide one would shrink its letters too. */
export function drawnToFit(box: HTMLElement, draw: (width: number) => Node | undefined): () => void {
  let width = 0
  const redraw = (): void => {
    if (width === 0) return
    const drawing = draw(width)
    box.replaceChildren(...(drawing ? [drawing] : []))
  }
  new ResizeObserver(([entry]) => {
    const next = Math.round(entry!.contentRect.width)
    if (next === width) return
    width = next
    redraw()
  }).observe(box)
  return redraw
}
