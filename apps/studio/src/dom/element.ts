type Child = Node | string | undefined | false

/** Listeners start with `on`; properties that attributes cannot express are set as properties; the rest are attributes. */
type Props = Readonly<Record<string, string | number | boolean | undefined | ((event: never) => void)>>

const properties = new Set(['value', 'checked', 'disabled', 'hidden', 'open', 'indeterminate'])

/** An element with its listeners, attributes and children: what the page is made of. Text is always text, never HTML. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  props: Props = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value as EventListener)
    else if (properties.has(name)) Object.assign(element, { [name]: value })
    else setAttribute(element, name, value)
  }
  element.append(...present(children))
  return element
}

/** The same for SVG. */
export function s<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string | number | undefined>> = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[Tag] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag)
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value)
  element.append(...present(children))
  return element
}

/** Markup that this program made, such as a chart, as an element. Never for anything that a user wrote. */
export function parsed(markup: string): Element {
  const template = document.createElement('template')
  template.innerHTML = markup
  return template.content.firstElementChild!
}

/** Sets an attribute; removes it for undefined and false. */
export function setAttribute(
  element: Element,
  name: string,
  value: string | number | boolean | undefined,
): void {
  if (value === undefined || value === false) element.removeAttribute(name)
  else element.setAttribute(name, value === true ? '' : String(value))
}

function present(children: readonly Child[]): readonly (Node | string)[] {
  return children.filter((child): child is Node | string => child !== undefined && child !== false)
}
