/** A part of the text on its way to the model. */
export interface Piece {
  readonly text: string
  /** Whether it begins where the text did: what `Metaspace` asks that marks the first word only. */
  readonly first: boolean
}

/** Changes a piece as a whole. */
export type Normalizer = (piece: Piece) => Piece

/** Splits pieces, and may change them. */
export type PreTokenizer = (pieces: readonly Piece[]) => readonly Piece[]

/** A part of a piece; `end` is behind its last UTF-16 unit. */
export function slice({ text, first }: Piece, start: number, end: number): Piece {
  return { text: text.slice(start, end), first: first && start === 0 }
}

/** Splits each piece; what comes out empty is dropped. */
export function splitEach(split: (piece: Piece) => readonly Piece[]): PreTokenizer {
  return (pieces) => pieces.flatMap(split).filter(({ text }) => text !== '')
}
