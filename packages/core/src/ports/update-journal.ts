/** What a journal holds under one key. */
export interface JournalContent {
  /** What earlier updates were folded into; undefined before the first {@link UpdateJournal.compact}. */
  readonly document: unknown
  /** Updates appended since, each writer's in its order. */
  readonly updates: readonly unknown[]
  /** Lines that could not be read, such as one a crash cut short; the others are here all the same. */
  readonly damaged: number
  /** Remarks for the user, each told once, such as that a damaged document was set aside; missing where there are none. */
  readonly notes?: readonly string[]
}

/**
 * Updates of a learned policy, written as they happen and folded into a document now and then. Several processes may
 * append to one key at once: all their updates stay. Updates have to commute across writers, as sums and merged rows do.
 */
export interface UpdateJournal {
  readonly version: 1
  /**
   * Adds one update; once this resolves, no crash loses it.
   *
   * @throws FastFlowError `invalid-argument` for a bad key or what is not JSON, `output-unwritable`.
   */
  append(key: string, update: unknown): Promise<void>
  /**
   * A document that is damaged is set aside where that can be done, with a note: learning goes on from the updates.
   *
   * @throws FastFlowError `policy-unreadable` when nothing can be read, or the document is of a later version.
   */
  read(key: string): Promise<JournalContent>
  /**
   * Folds what is there into the document and drops those updates. A crash leaves the content before or after it.
   *
   * @throws FastFlowError `output-unwritable`; nothing has changed then, and whatever `fold` throws.
   * @returns false where another process is at it; nothing has changed then, and it can be tried again later.
   */
  compact(key: string, fold: (document: unknown, updates: readonly unknown[]) => unknown): Promise<boolean>
}
