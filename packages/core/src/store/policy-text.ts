import { shown } from '../check/shown.ts'
import { FastFlowError, invalidArgument } from '../errors.ts'

/** @throws FastFlowError `invalid-argument` for a key that `PolicyStore` does not allow. */
export function checkPolicyKey(key: string): string {
  if (typeof key === 'string' && /^[a-z0-9][a-z0-9-]{0,127}$/.test(key)) return key
  const rule = 'must be 1 to 128 lower-case letters, digits and hyphens'
  throw invalidArgument('key', `${rule}, got ${shown(key)}`)
}

/** A policy document as JSON. @throws FastFlowError `invalid-argument` for what is not JSON. */
export function policyText(document: unknown): string {
  let text: string | undefined
  try {
    text = JSON.stringify(document)
  } catch (cause) {
    const message = `document: must be plain JSON (${cause})`
    throw new FastFlowError({ code: 'invalid-argument', field: 'document', message, cause })
  }
  if (text === undefined) throw invalidArgument('document', `must be plain JSON, got ${typeof document}`)
  return text
}
