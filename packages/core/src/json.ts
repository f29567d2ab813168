import { invalidArgument } from './errors.ts'

/** True for what JSON calls an object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value of a JSON file. @throws FastFlowError `invalid-argument`; SyntaxError or URIError when the bytes are not JSON in UTF-8. */
export function parseJson(bytes: Uint8Array): unknown {
  // The tag rather than `instanceof`, which fails across realms.
  if (bytes?.[Symbol.toStringTag] !== 'Uint8Array')
    throw invalidArgument('bytes', 'are not a Uint8Array; pass a file')
  return JSON.parse(decodeUtf8(bytes))
}

/** Text of bytes in UTF-8; TextDecoder is a host type this package does not compile against. @throws URIError for others. */
export function decodeUtf8(bytes: Uint8Array): string {
  let escaped = ''
  for (const byte of bytes) escaped += `%${byte.toString(16).padStart(2, '0')}`
  return decodeURIComponent(escaped)
}
