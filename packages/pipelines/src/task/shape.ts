/** The size of what a run makes, and the shape of its states. */
export interface Shape {
  /** Of one state, without a batch, in the layout in which the solver sees it. */
  readonly dims: readonly number[]
  /** Pixels. */
  readonly width: number
  readonly height: number
  /** Frames of a clip; 1 for an image. */
  readonly numFrames: number
}

/** Numbers in one state. */
export function sizeOf({ dims }: Pick<Shape, 'dims'>): number {
  return dims.reduce((product, n) => product * n, 1)
}
