import type { ExecutionProviderName } from './providers.ts'

/** What a network runs on, and why not on those that were to be tried before. */
export interface Execution {
  readonly executionProvider: ExecutionProviderName
  /** The place of what it runs on in the list that was asked for. */
  readonly index: number
  readonly refused: readonly Refusal[]
}

export interface Refusal {
  readonly executionProvider: ExecutionProviderName
  /** One line: why, and what would help. */
  readonly reason: string
}

/** Refusals in words. */
export function reasonsOf(refused: readonly Refusal[]): string {
  return refused.map(({ executionProvider, reason }) => `${executionProvider}: ${reason}`).join('; ')
}
