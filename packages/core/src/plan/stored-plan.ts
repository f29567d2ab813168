import { FastFlowError, invalidArgument } from '../errors.ts'
import { isRecord, parseJson } from '../json.ts'

/**
 * The plan document in whatever form people have at hand, still to be checked.
 *
 * @throws FastFlowError `invalid-argument`, `policy-unreadable`.
 */
export function documentIn(stored: unknown): unknown {
  if (typeof stored === 'string') return fromText(stored)
  if (stored instanceof ArrayBuffer) return fromBytes(new Uint8Array(stored))
  if (ArrayBuffer.isView(stored))
    return fromBytes(new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength))
  if (!isRecord(stored)) return stored
  if (typeof stored.then === 'function') throw invalidArgument('plan', 'is a promise; await it first')
  if (typeof stored.href === 'string' && stored.format === undefined)
    throw invalidArgument('plan', `is the address ${stored.href}; read the file and pass its text`)
  // A frontier has its document inside, and so has what a store keeps beside a version.
  return stored.format === undefined && isRecord(stored.document) ? stored.document : stored
}

function fromText(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (cause) {
    if (/^\s*[{[]/.test(text) || text.trim() === '') throw notJson(cause)
    throw new FastFlowError({
      code: 'policy-unreadable',
      field: 'plan',
      message: 'plan: not JSON; pass the text of the file and not its path, or calibrate again',
      cause,
    })
  }
}

function fromBytes(bytes: Uint8Array): unknown {
  try {
    return parseJson(bytes)
  } catch (cause) {
    throw notJson(cause)
  }
}

function notJson(cause: unknown): FastFlowError {
  const message = 'plan: not JSON; calibrate again'
  return new FastFlowError({ code: 'policy-unreadable', field: 'plan', message, cause })
}
