import type { JsonField } from '@fastflow/core'
import { byType } from '../document.ts'
import { type Normalizer, prepend } from '../piece.ts'
import { toByteLevel } from '../unicode/byte-level.ts'
import { lowercase, normalize } from '../unicode/normalize.ts'
import { mark } from '../unicode/sets.ts'
import { bertNormalizer } from './bert.ts'
import { dropping, mapping } from './mapping.ts'
import { nmt } from './nmt.ts'
import { precompiled } from './precompiled.ts'
import { replacing } from './replace.ts'
import { stripping } from './strip.ts'

const READERS: ReadonlyMap<string, (field: JsonField) => Normalizer> = new Map<
  string,
  (field: JsonField) => Normalizer
>([
  ['NFC', () => mapping((text) => normalize(text, 'NFC'))],
  ['NFD', () => mapping((text) => normalize(text, 'NFD'))],
  ['NFKC', () => mapping((text) => normalize(text, 'NFKC'))],
  ['NFKD', () => mapping((text) => normalize(text, 'NFKD'))],
  ['Nmt', () => nmt],
  ['Lowercase', () => mapping(lowercase)],
  ['Strip', (field) => stripping(field.at('strip_left').flag(), field.at('strip_right').flag())],
  ['StripAccents', () => dropping((code) => mark.has(code))],
  ['Prepend', (field) => prepending(field.at('prepend').text())],
  ['Replace', replacing],
  ['Precompiled', precompiled],
  ['BertNormalizer', bertNormalizer],
  ['ByteLevel', () => mapping(toByteLevel)],
  ['Sequence', sequence],
])

/** @throws FastFlowError `model-unreadable`, `unsupported`. */
export function readNormalizer(field: JsonField): Normalizer {
  return byType(field, READERS)
}

function sequence(field: JsonField): Normalizer {
  const steps = field.at('normalizers').items().map(readNormalizer)
  return (piece) => steps.reduce((changed, step) => step(changed), piece)
}

/** Nothing is put before nothing. */
function prepending(prefix: string): Normalizer {
  return (piece) => (piece.text === '' ? piece : prepend(prefix, piece))
}
