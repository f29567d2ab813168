import { JsonField } from '../json/field.ts'

/**
 * A document that is handed over as an argument, such as one that was saved and loaded again, to be read part by part: errors
 * are `invalid-argument` about `rows[2].psnr`.
 *
 * @param wanted what to pass instead, e.g. `the document of runBench`.
 */
export function readArgument(name: string, value: unknown, wanted: string): JsonField {
  const path = String(name)
  return new JsonField(value, { code: 'invalid-argument', name: path, fix: `pass ${wanted}` }, path)
}
