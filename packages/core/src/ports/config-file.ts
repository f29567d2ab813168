import { checkMethods, checkText } from '../check/values.ts'
import { FastFlowError } from '../errors.ts'
import { brief } from '../json/brief.ts'
import { type JsonField, type NumberRange, readJson } from '../json/field.ts'
import type { JsonLimits } from '../json/json.ts'
import type { ModelFolder } from './backend.ts'

/** A JSON file of a model folder whose fields are checked as they are read. */
export interface ConfigFile {
  readonly values: Readonly<Record<string, unknown>>
  /** A field, to be asked for what it should hold; errors are `model-unreadable` and name it. */
  at(field: string): JsonField
  /** True unless the field is missing or null, which Diffusers writes for "not set". */
  has(field: string): boolean
  /** A whole number from `least` to `most`; `otherwise` where the field is missing. */
  whole(field: string, range: WholeRange): number
  /** A finite number, like {@link whole}. */
  number(field: string, range: NumberRange & { readonly otherwise: number }): number
  /** `model-unreadable`: the field does not say what a pipeline needs. */
  wrong(field: string, problem: string): FastFlowError
  /** `model-unreadable`: the file as a whole is no good. */
  damaged(problem: string, cause?: unknown): FastFlowError
  /** `unsupported`: the field asks for what this version does not do. */
  unsupported(field: string, available: string): FastFlowError
}

export interface WholeRange {
  readonly least: number
  readonly most: number
  readonly otherwise?: number
}

/**
 * Opens a JSON file of a model folder.
 *
 * @throws FastFlowError `invalid-argument`, `model-not-found`, or `model-unreadable` when it is not a JSON object.
 */
export async function readConfig(
  folder: ModelFolder,
  path: string,
  limits?: JsonLimits,
): Promise<ConfigFile> {
  checkMethods('folder', folder, ['read'], 'a model folder, as open() of a backend gives it')
  checkText('path', path, 'the path of a JSON file inside the folder')
  const place = `${folder.location}/${path}`
  const prefix = `${path.replace(/\.json$/, '')}.`
  const fix = 'export the model again or restore the file'
  const file = readJson(
    await folder.read(path),
    { code: 'model-unreadable', name: path, prefix, place: `${place}:`, fix },
    limits,
  )
  const values = file.record()
  const at = (field: string): JsonField => file.at(field)
  const has = (field: string): boolean => !at(field).empty
  return {
    values,
    at,
    has,
    whole: (field, { otherwise, ...range }) =>
      otherwise !== undefined && !has(field) ? otherwise : at(field).whole(range),
    number: (field, { otherwise, ...range }) => (has(field) ? at(field).number(range) : otherwise),
    wrong: (field, problem) => at(field).wrong(problem),
    damaged: (problem, cause) => file.wrong(problem, cause),
    unsupported(field, available) {
      const message = `${place}: ${field} ${brief(at(field).value)} is not supported; available: ${available}`
      return new FastFlowError({ code: 'unsupported', field: prefix + field, message })
    },
  }
}
