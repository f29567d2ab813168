import { type Execution, type Refusal, reasonsOf } from '../execution/execution.ts'
import type { ExecutionProviderConfig } from '../execution/providers.ts'
import { messageOf, WorkerFailure } from '../failure.ts'
import type { TakeTurn } from '../native-turn.ts'
import type { LoadRequest } from '../protocol.ts'
import type { Runtime } from '../runtime.ts'
import { probe } from './probe.ts'

/** A network on the first provider that runs it. */
export interface Chosen<Loaded> {
  readonly loaded: Loaded
  readonly execution: Execution
}

/**
 * Loads a network on one provider after another until one takes it: first a small network has to give the right answer.
 *
 * @param load throws what onnxruntime says of the network; a `WorkerFailure` is no matter of the provider and goes on.
 * @throws WorkerFailure `unsupported` where no provider works; `model-unreadable` where one does that cannot load this network.
 */
export async function loadOnFirst<Loaded>(
  runtime: Runtime,
  { executionProviders = [{ name: 'cpu' }], file }: LoadRequest,
  takeTurn: TakeTurn,
  load: (provider: ExecutionProviderConfig) => Promise<Loaded>,
): Promise<Chosen<Loaded>> {
  const refused: Refusal[] = []
  let unloadable: string | undefined
  for (const [index, provider] of executionProviders.entries()) {
    const executionProvider = provider.name
    const turn = needsTurns(provider) ? takeTurn : atOnce
    const broken = await reasonOf(() => turn(() => probed(runtime, provider)))
    if (broken.reason !== undefined) {
      refused.push({ executionProvider, reason: broken.reason })
      continue
    }
    const { reason, result } = await reasonOf(() => turn(() => load(provider)))
    if (result !== undefined) return { loaded: result, execution: { executionProvider, index, refused } }
    unloadable = `${file} cannot be loaded by onnxruntime: ${reason}`
    refused.push({ executionProvider, reason: unloadable })
  }
  if (unloadable !== undefined) throw new WorkerFailure('model-unreadable', file, unloadable)
  const message = `networks cannot be run on what executionProviders asks for: ${reasonsOf(refused)}`
  throw new WorkerFailure('unsupported', 'executionProviders', message)
}

/** Whether networks on a provider must not be loaded, run or freed while another thread does so. */
export function needsTurns({ name }: Pick<ExecutionProviderConfig, 'name'>): boolean {
  return name === 'webgpu'
}

export const atOnce: TakeTurn = (work) => work()

/** Whatever else fails, the processor works as it does where nothing is asked for. */
async function probed(runtime: Runtime, provider: ExecutionProviderConfig): Promise<void> {
  if (provider.name !== 'cpu') await probe(runtime, provider)
}

async function reasonOf<Result>(
  work: () => Promise<Result>,
): Promise<{ readonly result?: Result; readonly reason?: string }> {
  try {
    return { result: await work() }
  } catch (error) {
    if (error instanceof WorkerFailure) throw error
    return { reason: messageOf(error) }
  }
}
