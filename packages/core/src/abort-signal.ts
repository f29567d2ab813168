/** The part of the web's AbortSignal that sampling reads. */
export interface AbortSignalLike {
  readonly aborted: boolean
  readonly reason?: unknown
}
