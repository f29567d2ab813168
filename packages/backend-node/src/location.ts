import { fileURLToPath } from 'node:url'
import { brief, invalidArgument } from '@fastflow/core'

/**
 * The path of what people name by a path or by a `file:` address, text or URL.
 *
 * @param field what was named, for errors.
 * @param what it has to be the path of, e.g. `a model folder`.
 * @throws FastFlowError `invalid-argument`.
 */
export function pathOf(location: string | URL, field: string, what: string): string {
  const text: unknown = location instanceof URL ? location.href : location
  if (typeof text !== 'string')
    throw invalidArgument(field, `is ${typeof text}, not text; pass the path of ${what} or its file: address`)
  if (text === '') throw invalidArgument(field, `is empty; give the path of ${what}`)
  if (/^https?:/i.test(text))
    throw invalidArgument(field, `${text} is not on disk; download it and give the path of ${what}`)
  if (/^(data|blob):/i.test(text))
    throw invalidArgument(
      field,
      `${brief(text)} holds data and names none; save it and give the path of ${what}`,
    )
  if (!/^file:/i.test(text)) return text
  try {
    return fileURLToPath(text)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw invalidArgument(field, `${text} is no address of ${what} (${reason}); give its path`)
  }
}
