import { after } from '@fastflow/backend-process/channel'
import { FastFlowError } from '@fastflow/core'
import { reasonsOf } from './execution/execution.ts'
import {
  type ExecutionProviderConfig,
  type ExecutionProviderName,
  providerNames,
} from './execution/providers.ts'
import { type CheckedIsolation, checkIsolation } from './limits.ts'
import type { Link } from './link.ts'
import type { CheckedOptions } from './options.ts'
import { processLink } from './process/link.ts'
import { childPath } from './process/start.ts'
import type { Reply } from './protocol.ts'

/** An execution provider, and whether networks run on it here. */
export interface Candidate {
  readonly executionProvider: ExecutionProviderName
  readonly works: boolean
  /** One line: what ran on it, or why nothing does and what to install. */
  readonly reason: string
}

/** What the networks of a backend run on. */
export interface ExecutionSupport {
  /** The first candidate that works. */
  readonly chosen: Candidate
  /** All candidates that were tried, in the order of `executionProviders`; `chosen` is the last. */
  readonly tried: readonly Candidate[]
}

/**
 * What this machine offers: every execution provider that FastFlow knows, each tried on a small network in a process of its own, so
 * that a driver that crashes takes nobody along. Takes about a second.
 *
 * @throws FastFlowError `unsupported` where onnxruntime-node is missing or does not load.
 */
export async function executionSupport(): Promise<readonly Candidate[]> {
  const candidates: Candidate[] = []
  const all = providerNames.map((name) => ({ name }))
  for await (const candidate of tryAll(all, checkIsolation({ isolation: 'process' })))
    candidates.push(candidate)
  return candidates
}

/** What a backend of these options runs on. @throws FastFlowError `unsupported`. */
export async function supportOf({ executionProviders, settings }: CheckedOptions): Promise<ExecutionSupport> {
  const { loadSeconds } = settings.limits
  const limited = checkIsolation({ isolation: 'process', limits: { loadSeconds } })
  const tried: Candidate[] = []
  for await (const candidate of tryAll(executionProviders ?? [{ name: 'cpu' }], limited)) {
    tried.push(candidate)
    if (candidate.works) return { chosen: candidate, tried }
  }
  const message = `networks cannot be run on what executionProviders asks for: ${reasonsOf(tried)}`
  throw new FastFlowError({ code: 'unsupported', field: 'executionProviders', message })
}

/** Tries one provider after another in one process, and in another one where that ends. */
async function* tryAll(
  providers: readonly ExecutionProviderConfig[],
  settings: CheckedIsolation,
): AsyncGenerator<Candidate> {
  let link: Link | undefined
  try {
    for (const provider of providers) {
      link ??= processLink(childPath(), settings.limits.memoryBytes, 1)
      const { works, reason, ended } = await tryOn(link, provider, settings)
      if (ended) link = undefined
      yield { executionProvider: provider.name, works, reason }
    }
  } finally {
    await link?.close()
  }
}

interface Outcome {
  readonly works: boolean
  readonly reason: string
  /** Whether its process is gone. */
  readonly ended: boolean
}

/** @throws FastFlowError `unsupported` where onnxruntime-node does not load. */
async function tryOn(
  link: Link,
  provider: ExecutionProviderConfig,
  { limits: { loadSeconds } }: CheckedIsolation,
): Promise<Outcome> {
  let late = false
  const callOff = after(loadSeconds, () => {
    late = true
    link.kill()
  })
  try {
    return await new Promise<Outcome>((resolve, reject) => {
      void link.ended.then(({ why }) => {
        const reason = late
          ? `it did not answer within ${loadSeconds} s`
          : `it ended the process it was tried in (${why})`
        resolve({ works: false, reason, ended: true })
      })
      link.onReply((reply: Reply) => {
        if (reply.kind === 'probed') resolve({ works: reply.works, reason: reply.reason, ended: false })
        if (reply.kind === 'load-failed') reject(new FastFlowError(reply.failure))
      })
      link.post({ kind: 'probe', provider })
    })
  } finally {
    callOff()
  }
}
