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

/** Loads several networks; when `load` fails, those it loaded are freed again. */
export async function loadNetworks<Result>(
  folder: ModelFolder,
  options: LoadOptions,
  load: (loader: NetworkLoader, dispose: () => Promise<void>) => Promise<Result>,
): Promise<Result> {
  const runners: ModelRunner[] = []
  const dispose = async (): Promise<void> => {
    await Promise.all(runners.map((runner) => runner.dispose()))
  }
  try {
    return await load(async (path, ports) => {
      const runner = await loadNetwork(folder, path, options, ports)
      runners.push(runner)
      return runner
    }, dispose)
  } catch (error) {
    await dispose()
    throw error
  }
}

/** Waits for all loads, so that whoever frees what was loaded misses none. @throws what the first of them threw. */
export async function sideBySide<Runners extends readonly ModelRunner[]>(
  loads: readonly [...{ [N in keyof Runners]: Promise<Runners[N]> }],
): Promise<Runners> {
  await Promise.allSettled(loads)
  return (await Promise.all(loads)) as unknown as Runners
}
