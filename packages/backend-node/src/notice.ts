/** Something worth telling the user that stops nothing. */
export interface Notice {
  /** `execution-provider`: what networks run on, and why not on those asked for before it. */
  readonly kind: 'execution-provider'
  /** One line, for people. */
  readonly message: string
}

export type OnNotice = (notice: Notice) => void
