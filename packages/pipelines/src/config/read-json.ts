import { FastFlowError, type ModelFolder } from '@fastflow/core'

/** A JSON object of a model folder. @throws FastFlowError `model-not-found`, or `model-unreadable` when it is not one. */
export async function readJson(
  folder: ModelFolder,
  path: string,
): Promise<Readonly<Record<string, unknown>>> {
  const bytes = await folder.read(path)
  try {
    const value: unknown = JSON.parse(decodeUtf8(bytes))
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>
  } catch (cause) {
    throw unreadable(folder, path, 'is not valid JSON', cause)
  }
  throw unreadable(folder, path, 'is not a JSON object')
}

/** The error for a file of the folder that does not say what a pipeline needs. */
export function unreadable(
  folder: ModelFolder,
  path: string,
  problem: string,
  cause?: unknown,
): FastFlowError {
  return new FastFlowError({
    code: 'model-unreadable',
    field: path,
    message: `${folder.location}/${path}: ${problem}; export the model again or restore the file`,
    cause,
  })
}

// Configuration files are ASCII or UTF-8; TextDecoder is a host type this package does not compile against.
function decodeUtf8(bytes: Uint8Array): string {
  let escaped = ''
  for (const byte of bytes) escaped += `%${byte.toString(16).padStart(2, '0')}`
  return decodeURIComponent(escaped)
}
