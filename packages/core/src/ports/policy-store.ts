import type { UpdateJournal } from './update-journal.ts'

/**
 * Keeps learned policies between runs. Documents are plain JSON; keys 1 to 128 lower-case letters, digits and hyphens,
 * usually a digest of everything that changes the statistics.
 */
export interface PolicyStore {
  readonly version: 1
  /** The stored document, or undefined. @throws FastFlowError `policy-unreadable` when it is corrupt. */
  load(key: string): Promise<unknown>
  /** Replaces the document at once: a crash leaves the old or the new one, never half. */
  save(key: string, document: unknown): Promise<void>
  /**
   * Proves that documents can be saved, and leaves nothing behind; asked before work that is to be stored begins.
   *
   * @throws FastFlowError `output-unwritable`.
   */
  check?(): Promise<void>
  /** For policies that many processes teach at once; where a store has none, they learn for as long as the process lasts. */
  readonly journal?: UpdateJournal
}
