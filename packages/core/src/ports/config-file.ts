import { checkMethods, checkText } from '../check/values.ts'
import { FastFlowError } from '../errors.ts'
import { isRecord, parseJson } from '../json.ts'
import type { ModelFolder } from './backend.ts'

/** A JSON file of a model folder whose fields are checked as they are read. */
export interface ConfigFile {
  readonly values: Readonly<Record<string, unknown>>
  /** True unless the field is missing or null, which Diffusers writes for "not set". */
  has(field: string): boolean
  /** A whole number from `least` to `most`; `otherwise` where the field is missing. */
  whole(field: string, range: WholeRange): number
  /** `model-unreadable`: the field does not say what a pipeline needs. */
  wrong(field: string, problem: string): FastFlowError
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
export async function readConfig(folder: ModelFolder, path: string): Promise<ConfigFile> {
  checkMethods('folder', folder, ['read'], 'a model folder, as open() of a backend gives it')
  checkText('path', path, 'the path of a JSON file inside the folder')
  const values = await readObject(folder, path)
  const at = (field: string): string => `${path.replace(/\.json$/, '')}.${field}`
  const shown = (field: string): string => JSON.stringify(values[field]) ?? 'missing'
  const has = (field: string): boolean => values[field] !== undefined && values[field] !== null
  const wrong = (field: string, problem: string): FastFlowError =>
    unreadable(folder, path, at(field), `${field}: ${shown(field)} ${problem}`)
  return {
    values,
    has,
    whole(field, { least, most, otherwise }) {
      const value = has(field) ? values[field] : otherwise
      if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most)
        return value
      throw wrong(field, `is not a whole number from ${least} to ${most}`)
    },
    wrong,
    unsupported(field, available) {
      const message = `${folder.location}/${path}: ${field} ${shown(field)} is not supported; available: ${available}`
      return new FastFlowError({ code: 'unsupported', field: at(field), message })
    },
  }
}

async function readObject(folder: ModelFolder, path: string): Promise<Readonly<Record<string, unknown>>> {
  const bytes = await folder.read(path)
  let value: unknown
  try {
    value = parseJson(bytes)
  } catch (cause) {
    throw unreadable(folder, path, path, 'is not valid JSON', cause)
  }
  if (isRecord(value)) return value
  throw unreadable(folder, path, path, 'is not a JSON object')
}

function unreadable(
  folder: ModelFolder,
  path: string,
  field: string,
  problem: string,
  cause?: unknown,
): FastFlowError {
  const message = `${folder.location}/${path}: ${problem}; export the model again or restore the file`
  return new FastFlowError({ code: 'model-unreadable', field, message, cause })
}
