import { byType, type Fields, fieldsOf } from '../fields.ts'
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

const READERS: ReadonlyMap<string, (fields: Fields) => Normalizer> = new Map<
  string,
  (fields: Fields) => Normalizer
>([
  ['NFC', () => mapping((text) => normalize(text, 'NFC'))],
  ['NFD', () => mapping((text) => normalize(text, 'NFD'))],
  ['NFKC', () => mapping((text) => normalize(text, 'NFKC'))],
  ['NFKD', () => mapping((text) => normalize(text, 'NFKD'))],
  ['Nmt', () => nmt],
  ['Lowercase', () => mapping(lowercase)],
  ['Strip', (fields) => stripping(fields.boolean('strip_left'), fields.boolean('strip_right'))],
  ['StripAccents', () => dropping((code) => mark.has(code))],
  ['Prepend', (fields) => prepending(fields.string('prepend'))],
  ['Replace', replacing],
  ['Precompiled', precompiled],
  ['BertNormalizer', bertNormalizer],
  ['ByteLevel', () => mapping(toByteLevel)],
  ['Sequence', sequence],
])

/** @throws FastFlowError `model-unreadable`, `unsupported`. */
export function readNormalizer(value: unknown, path: string): Normalizer {
  return byType(fieldsOf(value, path), READERS)
}

function sequence(fields: Fields): Normalizer {
  const steps = fields
    .list('normalizers')
    .map((step, k) => readNormalizer(step, `${fields.at('normalizers')}[${k}]`))
  return (piece) => steps.reduce((changed, step) => step(changed), piece)
}

/** Nothing is put before nothing. */
function prepending(prefix: string): Normalizer {
  return (piece) => (piece.text === '' ? piece : prepend(prefix, piece))
}
