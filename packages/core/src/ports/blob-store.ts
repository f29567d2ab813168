/** Files that are kept for a while: pictures to edit, previews, results. */
export interface BlobStore {
  readonly version: 1
  /**
   * Keeps bytes for at least so many seconds.
   *
   * @param type extension of the file, e.g. `png`; the key ends in it.
   * @returns a key nobody can guess.
   * @throws FastFlowError `output-unwritable`.
   */
  put(bytes: Uint8Array, type: string, keepSeconds: number): Promise<string>
  /** Undefined for one that is not known, was removed or whose time is over. */
  get(key: string): Promise<Uint8Array | undefined>
  /** Does nothing where there is none. */
  remove(key: string): Promise<void>
  /** Gives back what is held; files stay. */
  close(): Promise<void>
}
