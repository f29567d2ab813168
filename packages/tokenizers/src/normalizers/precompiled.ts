import type { JsonField } from '@fastflow/core'
import type { Normalizer } from '../piece.ts'
import { eachGrapheme } from '../unicode/graphemes.ts'
import { utf8Of } from '../unicode/utf8.ts'
import { decodeBase64 } from './base64.ts'
import { headChanges } from './changes.ts'
import { type DoubleArray, firstLeaf } from './double-array.ts'

/** Clusters of as many bytes or more are replaced character by character. */
const CLUSTER_BYTES = 6

/**
 * A character map of SentencePiece: a double array over UTF-8 whose values are places in a text of replacements.
 * As the reference does, a short grapheme cluster that begins with an entry is replaced as a whole.
 */
export function precompiled(field: JsonField): Normalizer {
  const map = readCharsMap(field.at('precompiled_charsmap'))
  const replace = (chunk: string): string | undefined => {
    const place = firstLeaf(map.trie, utf8Of(chunk))
    return place === undefined ? undefined : map.textAt(place)
  }
  return (piece) => {
    const changes = headChanges(piece)
    let changed = ''
    const put = (part: string, replacement: string): void => {
      changed += replacement
      changes.add(part, replacement)
    }
    eachGrapheme(piece.text, (cluster) => {
      const whole = utf8Of(cluster).length < CLUSTER_BYTES ? replace(cluster) : undefined
      if (whole !== undefined) put(cluster, whole)
      else for (const char of cluster) put(char, replace(char) ?? char)
    })
    return { text: changed, head: changes.head(), first: piece.first }
  }
}

interface CharsMap {
  readonly trie: DoubleArray
  /** The replacement that begins at a byte and ends before the next NUL. */
  textAt(place: number): string
}

function readCharsMap(field: JsonField): CharsMap {
  const bytes = decodeBase64(field)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 4) throw field.wrong('has no length of its trie')
  const units = view.getUint32(0, true) >>> 2
  if (units === 0 || bytes.length < 4 + 4 * units) throw field.wrong('is shorter than its trie')
  const trie = Uint32Array.from({ length: units }, (_, k) => view.getUint32(4 + 4 * k, true))
  const texts = bytes.subarray(4 + 4 * units)
  const known = new Map<number, string>()
  return {
    trie,
    textAt(place) {
      const found = known.get(place)
      if (found !== undefined) return found
      if (place > texts.length) throw field.wrong('points behind its replacements')
      const end = texts.indexOf(0, place)
      const text = textOf(texts.subarray(place, end < 0 ? texts.length : end), field)
      known.set(place, text)
      return text
    },
  }
}

function textOf(bytes: Uint8Array, field: JsonField): string {
  let escaped = ''
  for (const byte of bytes) escaped += `%${byte.toString(16).padStart(2, '0')}`
  try {
    return decodeURIComponent(escaped)
  } catch {
    throw field.wrong('has a replacement that is not UTF-8')
  }
}
