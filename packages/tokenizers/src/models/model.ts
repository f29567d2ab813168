/** What turns a piece into ids. */
export interface Model {
  /** Ids that its vocabulary gives out, as the reference counts them. */
  readonly size: number
  readonly vocab: ReadonlyMap<string, number>
  /** Appends the ids of a piece, which is not empty. */
  tokenize(piece: string, ids: number[]): void
}
