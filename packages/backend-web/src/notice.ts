/** Something worth telling the user that stops nothing. */
export interface Notice {
  /**
   * `execution-provider`: what networks run on, and why nothing faster; `uncached`: a model file could not be kept and is
   * fetched again next time.
   */
  readonly kind: 'execution-provider' | 'uncached'
  /** One line, for people. */
  readonly message: string
}

export type OnNotice = (notice: Notice) => void
