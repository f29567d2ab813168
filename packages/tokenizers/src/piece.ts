/** A part of the text on its way to the model. */
export interface Piece {
  readonly text: string
  /**
   * UTF-16 units at its start that the first character of the text came to, however it was changed. A piece that begins with
   * one begins where the text did: what `Metaspace` asks that marks the first word only.
   */
  readonly head: number
  /** Whether it began where the text did, before normalization took off any of it. */
  readonly first: boolean
}

/** Changes a piece as a whole. */
export type Normalizer = (piece: Piece) => Piece

/** Splits pieces, and may change them. */
export type PreTokenizer = (pieces: readonly Piece[]) => readonly Piece[]

/** A part of a piece; `end` is behind its last UTF-16 unit. */
export function slice({ text, head }: Piece, start: number, end: number): Piece {
  const begins = Math.max(0, Math.min(head, end) - start)
  return { text: text.slice(start, end), head: begins, first: begins > 0 }
}

/** A text as it was given. */
export function wholePiece(text: string): Piece {
  return { text, head: text === '' ? 0 : String.fromCodePoint(text.codePointAt(0)!).length, first: true }
}

/** Puts a text before a piece; what is put before the first character belongs to it. */
export function prepend(prefix: string, { text, head, first }: Piece): Piece {
  return { text: prefix + text, head: head > 0 ? prefix.length + head : 0, first }
}

/** Splits each piece; what comes out empty is dropped. */
export function splitEach(split: (piece: Piece) => readonly Piece[]): PreTokenizer {
  return (pieces) => pieces.flatMap(split).filter(({ text }) => text !== '')
}
