import { createHash } from 'node:crypto'
import { invalidArgument } from '@fastflow/core'
import { checkText, checkWhole, shown } from '@fastflow/core/backend'

/** Longest caption in a name: 40 letters, with marks and digits of any script at most 120 bytes. */
const CAPTION = { most: 40, sizeOf: (text: string): number => text.length }
/** Longest name of a model in a name: 80 bytes. Together with all that follows a name stays below 255. */
const MODEL = { most: 80, sizeOf: (text: string): number => Buffer.byteLength(text) }
const DIGEST = 8

/** Words that are letters, numbers and their marks, one space, hyphen or comma apart: nothing is lost in a name. */
const plainWords = /^[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(?:(?:, |[ -])[\p{L}\p{N}][\p{L}\p{N}\p{M}]*)*$/u

/** What no file system, or not every one, has in names, and what no one sees. */
const forbidden = /[<>:"/\\|?*\p{C}\p{Zl}\p{Zp}]+/gu

/** Names that Windows keeps for devices, whatever follows their first dot. */
const reserved = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(?:\.|$)/i

/**
 * The name of a result without its extension: model, caption, seed and the size, where that is not the model's own.
 *
 * At most 80 bytes of the model and 40 letters of the caption, cut between letters as people see them. A name that is shortened or
 * leaves out more than spaces and commas between words ends in a digest of what it stands for.
 */
export function resultName(model: string, caption: string, seed: number, size?: string): string {
  checkText('model', model, 'the name of a model')
  if (typeof caption !== 'string') throw invalidArgument('caption', `is ${shown(caption)}; pass a text`)
  checkWhole('seed', seed, 0)
  if (size !== undefined) checkText('size', size, 'a size such as 1024x768, or leave it out')
  const stem = `${modelPart(model)}-${slugOf(caption)}-${seed}${size === undefined ? '' : `-${size}`}`
  return reserved.test(stem) ? `_${stem}` : stem
}

/** A caption as part of a file name, in lower case. */
export function slugOf(caption: string): string {
  const text = caption.toLowerCase().normalize('NFC')
  const words = text
    .replaceAll(/[^\p{L}\p{N}\p{M}]+/gu, '-')
    .replaceAll(/(^|-)\p{M}+/gu, '$1')
    .replaceAll(/-+/g, '-')
    .replaceAll(/^-|-$/g, '')
  return fitted(words, caption, CAPTION, plainWords.test(text))
}

function modelPart(model: string): string {
  const name = model
    .normalize('NFC')
    .replaceAll(forbidden, '-')
    .replaceAll(/^[-. ]+|[. ]+$/g, '')
  return fitted(name, model, MODEL, name === model.normalize('NFC'))
}

/** First characters of the SHA-256 of a text, hex. */
function shortDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, DIGEST)
}

/** @param whole whether `name` says all of `text`. */
function fitted(name: string, text: string, limit: typeof CAPTION, whole: boolean): string {
  if (whole && limit.sizeOf(name) <= limit.most) return name
  return `${cut(name, limit) || 'untitled'}-${shortDigest(text)}`
}

/** The first letters as people see them, accents and joined emoji whole, with room for a digest. */
function cut(name: string, { most, sizeOf }: typeof CAPTION): string {
  let kept = ''
  for (const { segment } of new Intl.Segmenter().segment(name)) {
    if (sizeOf(kept + segment) > most - DIGEST - 1) break
    kept += segment
  }
  return kept.replace(/-$/, '')
}
