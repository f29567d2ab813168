import { unreadable, unsupported } from '../errors.ts'
import { type Fields, fieldsOf, wholeOf } from '../fields.ts'
import type { Ids, PostProcessor } from './post-processor.ts'

/** The place of a text among the parts, or ids of its own. */
type Slot = { readonly part: 0 | 1 } | { readonly ids: Ids }

/** One text follows `single`; two parts, which an earlier step of a sequence may have made of it, follow `pair`. */
export function template(fields: Fields): PostProcessor {
  const special = readSpecial(fields)
  const single = readSlots(fields, 'single', special)
  const pair = readSlots(fields, 'pair', special)
  if (single.some((slot) => 'part' in slot && slot.part === 1))
    throw unreadable(fields.at('single'), 'asks for a second text')
  return (parts, add) => {
    if (parts.length > 2) throw unsupported(fields.path, 'follows another template')
    const slots = parts.length === 1 ? single : pair
    return slots.flatMap((slot) => ('part' in slot ? [parts[slot.part]!] : add ? [slot.ids] : []))
  }
}

function readSpecial(fields: Fields): ReadonlyMap<string, Ids> {
  const special = new Map<string, Ids>()
  for (const name of Object.keys(fields.value('special_tokens') ?? {})) {
    const token = fieldsOf(
      fields.record('special_tokens').value(name),
      `${fields.at('special_tokens')}[${JSON.stringify(name)}]`,
    )
    special.set(
      name,
      token.list('ids').map((id, k) => wholeOf(id, `${token.at('ids')}[${k}]`, 0)),
    )
  }
  return special
}

function readSlots(fields: Fields, name: string, special: ReadonlyMap<string, Ids>): readonly Slot[] {
  return fields.list(name).map((value, k): Slot => {
    const piece = fieldsOf(value, `${fields.at(name)}[${k}]`)
    if (piece.has('Sequence'))
      return { part: piece.record('Sequence').oneOf('id', ['A', 'B']) === 'A' ? 0 : 1 }
    const token = piece.record('SpecialToken')
    const ids = special.get(token.string('id'))
    if (ids === undefined) throw unreadable(token.at('id'), 'is none of special_tokens')
    return { ids }
  })
}
