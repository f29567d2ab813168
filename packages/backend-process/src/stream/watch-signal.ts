import type { AbortSignalLike } from '@fastflow/core'
import { throwIfAborted } from '@fastflow/core/backend'

const intervalMs = 50

/** A signal that tells when the caller's is aborted, which can only be looked at; its reason is the FastFlowError. */
export function watchSignal(
  watched: AbortSignalLike | undefined,
  what: string,
): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController()
  const look = (): void => {
    try {
      throwIfAborted(watched, what)
    } catch (error) {
      controller.abort(error)
    }
  }
  const timer = watched === undefined ? undefined : setInterval(look, intervalMs)
  return { signal: controller.signal, stop: () => clearInterval(timer) }
}
