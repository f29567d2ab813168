import { visible } from './visible.ts'

/** Text that is HTML already. Only {@link html} and {@link trusted} make it. */
export class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** What may stand in a template: strings and numbers are escaped, markup is not, undefined is nothing. */
export type Content = string | number | undefined | Markup | readonly Content[]

/**
 * A template literal whose values are escaped unless they are markup, so a prompt can never become a tag.
 *
 * Safe in text and in quoted attributes; not inside `<script>`, `<style>` or unquoted attributes.
 */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new Markup(String.raw({ raw: strings }, ...values.map(render)))
}

/** Marks text made by this program, such as a chart's SVG, as HTML. Never for anything a user wrote. */
export function trusted(text: string): Markup {
  return new Markup(text)
}

function render(value: Content): string {
  if (value === undefined) return ''
  if (value instanceof Markup) return value.text
  if (typeof value === 'string') return escapeText(value)
  return typeof value === 'number' ? String(value) : value.map(render).join('')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeText(text: string): string {
  return visible(text).replace(/[&<>"']/g, (character) => entities[character] ?? '')
}
