import { constants, copyFile, mkdir, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { AbortSignalLike } from '@fastflow/core'
import { externalDataLocations, throwIfAborted } from '@fastflow/core/backend'
import { damaged } from '../network/weight-files.ts'
import { NETWORK_FILE } from './networks.ts'

/** What plans are kept in; they belong to the network that is not copied. */
const PLANS = 'policies'

/**
 * Copies all of a model folder but its plans, these networks and what they keep their weights in. Links are followed; where the
 * file system can share the content of two files, it does.
 */
export async function copyFiles(
  from: string,
  to: string,
  networks: readonly string[],
  signal: AbortSignalLike | undefined,
): Promise<void> {
  const left = new Set([PLANS])
  for (const name of networks) for (const file of await filesOf(from, name)) left.add(file)
  await copyFolder('')

  async function copyFolder(path: string): Promise<void> {
    if (path !== '') await mkdir(join(to, path))
    for (const name of (await readdir(join(from, path))).sort()) {
      const inner = join(path, name)
      if (left.has(inner)) continue
      throwIfAborted(signal, 'quantising')
      if ((await stat(join(from, inner))).isDirectory()) await copyFolder(inner)
      else await copyFile(join(from, inner), join(to, inner), constants.COPYFILE_FICLONE)
    }
  }
}

async function filesOf(folder: string, network: string): Promise<readonly string[]> {
  const model = join(network, NETWORK_FILE)
  const bytes = await readFile(join(folder, model))
  try {
    return [model, ...externalDataLocations(bytes).map((location) => join(network, location))]
  } catch (error) {
    throw damaged(`${network}/${NETWORK_FILE}`, 'is no ONNX model; export it again', error)
  }
}
