import type { JsonField } from '@fastflow/core'
import { ID } from '../document.ts'
import type { Ids, PostProcessor } from './post-processor.ts'

/** The place of a text among the parts, or ids of its own. */
type Slot = { readonly part: 0 | 1 } | { readonly ids: Ids }

/** One text follows `single`; two parts, which an earlier step of a sequence may have made of it, follow `pair`. */
export function template(field: JsonField): PostProcessor {
  const special = readSpecial(field.at('special_tokens'))
  const single = readSlots(field.at('single'), special)
  const pair = readSlots(field.at('pair'), special)
  if (single.some((slot) => 'part' in slot && slot.part === 1))
    throw field.at('single').wrong('asks for a second text')
  return (parts, add) => {
    if (parts.length > 2) throw field.unsupported('follows another template')
    const slots = parts.length === 1 ? single : pair
    return slots.flatMap((slot) => ('part' in slot ? [parts[slot.part]!] : add ? [slot.ids] : []))
  }
}

function readSpecial(field: JsonField): ReadonlyMap<string, Ids> {
  if (field.empty) return new Map()
  return new Map(
    field.entries().map(([name, token]) => [name, token.at('ids').numbers({ ...ID, whole: true })]),
  )
}

function readSlots(field: JsonField, special: ReadonlyMap<string, Ids>): readonly Slot[] {
  return field.items().map((piece): Slot => {
    const sequence = piece.at('Sequence')
    if (!sequence.empty) {
      const id = sequence.at('id').oneOf(['A', 'B'], { open: true })
      return { part: id === 'A' ? 0 : 1 }
    }
    const name = piece.at('SpecialToken').at('id')
    const ids = special.get(name.text())
    if (ids === undefined) throw name.wrong('is none of special_tokens')
    return { ids }
  })
}
