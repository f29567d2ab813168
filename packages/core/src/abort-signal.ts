/** The part of the web's AbortSignal that sampling reads. */
export interface AbortSignalLike {
  readonly aborted: boolean
  readonly reason?: unknown
}

/** The part of it that somebody who waits hears. */
export interface AbortSignalHeard extends AbortSignalLike {
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}
