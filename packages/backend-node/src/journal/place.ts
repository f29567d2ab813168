/** The files of one writer under one key. */
export interface Place {
  readonly folder: string
  readonly key: string
  readonly writer: string
}

/** Where one writer stands under one key. */
export interface Position {
  /** Updates appended so far. */
  count: number
  /** Whether its file exists, its name flushed. */
  begun: boolean
  /** Whether the last line may be half written. */
  torn: boolean
  /** Ends when everything asked for so far is done: appends and compaction take turns. */
  turn: Promise<unknown>
  /** What the next `read` has to tell. */
  untold: string[]
}
