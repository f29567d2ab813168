import type { LoadOptions, ModelFolder, ModelRunner } from '@fastflow/core'
import { throwIfAborted } from '@fastflow/core/backend'
import { checkInterface, type NetworkPorts } from './interface.ts'

/** Loads a network that has these ports; one that has others is freed again. */
export async function loadNetwork(
  folder: ModelFolder,
  path: string,
  options: LoadOptions,
  ports: NetworkPorts,
): Promise<ModelRunner> {
  const look = (): void => throwIfAborted(options.signal, `loading ${path}`)
  look()
  const runner = await folder.load(path, options)
  try {
    // Backends look at it where there is progress; one may have come to the end without any.
    look()
    checkInterface(folder.location, path, runner, ports)
    return runner
  } catch (error) {
    await runner.dispose()
    throw error
  }
}

/** Loads one of several networks of a folder. */
export type NetworkLoader = (path: string, ports: NetworkPorts) => Promise<ModelRunner>

/**
 * Loads several networks, side by side where `load` asks for them so; when it fails, all are freed again, those that were still
 * being loaded too.
 */
export async function loadNetworks<Result>(
  folder: ModelFolder,
  options: LoadOptions,
  load: (loader: NetworkLoader, dispose: () => Promise<void>) => Promise<Result>,
): Promise<Result> {
  const runners: Promise<ModelRunner>[] = []
  const dispose = async (): Promise<void> => {
    const loaded = await Promise.allSettled(runners)
    await Promise.all(loaded.map((one) => (one.status === 'fulfilled' ? one.value.dispose() : undefined)))
  }
  try {
    return await load((path, ports) => {
      const runner = loadNetwork(folder, path, options, ports)
      runners.push(runner)
      return runner
    }, dispose)
  } catch (error) {
    await dispose()
    throw error
  }
}
