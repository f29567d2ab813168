/** Keeps learned policies between runs. Keys are digests (lower-case hex), documents plain JSON. */
export interface PolicyStore {
  readonly version: 1
  /** The stored document, or undefined. @throws FastFlowError `policy-unreadable` when it is corrupt. */
  load(key: string): Promise<unknown>
  /** Replaces the document at once: a crash leaves the old or the new one, never half. */
  save(key: string, document: unknown): Promise<void>
}
