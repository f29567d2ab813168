import { invalidArgument } from '../../errors.ts'
import { isRecord, type JsonSource, jsonError, parseJson } from '../../json/json.ts'

/**
 * The plan document in whatever form people have at hand, still to be checked.
 *
 * @throws FastFlowError `invalid-argument`, and of `source` for text or bytes that are not JSON.
 */
export function documentIn(stored: unknown, source: JsonSource): unknown {
  if (typeof stored === 'string') {
    if (!/^[\s\uFEFF]*[{[]/.test(stored) && stored.trim() !== '') throw pathGiven(source)
    return parseJson(stored, source)
  }
  if (stored instanceof ArrayBuffer) return parseJson(new Uint8Array(stored), source)
  if (ArrayBuffer.isView(stored))
    return parseJson(new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength), source)
  if (!isRecord(stored)) return stored
  if (typeof stored.then === 'function') throw invalidArgument('plan', 'is a promise; await it first')
  if (typeof stored.href === 'string' && stored.format === undefined)
    throw invalidArgument('plan', `is the address ${stored.href}; read the file and pass its text`)
  // A file that was picked or fetched, which is read later.
  if (typeof stored.text === 'function')
    throw invalidArgument('plan', 'is a file that nobody has read yet; pass its text, (await file.text())')
  // A frontier has its document inside, and so has what a store keeps beside a version.
  return stored.format === undefined && isRecord(stored.document) ? stored.document : stored
}

function pathGiven(source: JsonSource): Error {
  const fix = `pass the text of the file and not its path, or ${source.fix}`
  return jsonError({ ...source, fix }, '', 'is not valid JSON')
}
