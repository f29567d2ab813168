import type { LoadOptions, ModelFolder, ModelRunner } from '@fastflow/core'
import { checkInterface, type NetworkPorts } from './interface.ts'

/** Loads a network that has these ports; one that has others is freed again. */
export async function loadNetwork(
  folder: ModelFolder,
  path: string,
  options: LoadOptions,
  ports: NetworkPorts,
): Promise<ModelRunner> {
  const runner = await folder.load(path, options)
  try {
    checkInterface(folder.location, path, runner, ports)
    return runner
  } catch (error) {
    await runner.dispose()
    throw error
  }
}
