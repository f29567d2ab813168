import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { FastFlowError, invalidArgument } from '@fastflow/core'
import { shown, staysInside } from '@fastflow/core/backend'

/** The file of a network in its folder. */
export const NETWORK_FILE = 'model.onnx'

/** Folders of networks that give a velocity, as Diffusers names them. */
const VELOCITIES = ['transformer', 'transformer_2', 'unet']

/** Names of the networks to quantise. @throws FastFlowError `invalid-argument`, `model-not-found`. */
export async function networksOf(
  folder: string,
  given: readonly string[] | undefined,
): Promise<readonly string[]> {
  if (!(await isThere(join(folder, 'model_index.json'))))
    throw notFound('folder', `${folder} has no model_index.json; give the folder of a model`)
  if (given === undefined) return ownNetworks(folder)
  if (!Array.isArray(given) || given.length === 0)
    throw invalidArgument('networks', `${shown(given)} is not a list of networks, e.g. ['transformer']`)
  for (const name of given) {
    if (typeof name !== 'string' || !staysInside(name))
      throw invalidArgument('networks', `${shown(name)} is no folder of the model`)
    if (!(await isThere(join(folder, name, NETWORK_FILE))))
      throw notFound('networks', `${folder} has no ${name}/${NETWORK_FILE}`)
  }
  return [...new Set(given)]
}

async function ownNetworks(folder: string): Promise<readonly string[]> {
  const there = await Promise.all(VELOCITIES.map((name) => isThere(join(folder, name, NETWORK_FILE))))
  const found = VELOCITIES.filter((_, n) => there[n])
  if (found.length > 0) return found
  const wanted = VELOCITIES.map((name) => `${name}/${NETWORK_FILE}`).join(', ')
  throw notFound('folder', `${folder} has none of ${wanted}; name its networks`)
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false
}

function notFound(field: string, what: string): FastFlowError {
  return new FastFlowError({ code: 'model-not-found', field, message: `${field}: ${what}` })
}
