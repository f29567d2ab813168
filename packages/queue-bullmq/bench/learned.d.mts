import type { State } from '@fastflow/bandits'

interface Learned {
  readonly log: readonly string[]
  readonly state: State<unknown>
}

export function rewardOf(id: string): { readonly id: string; readonly arm: number; readonly reward: number }
export function fold(document: unknown, updates: readonly unknown[]): Learned
export function replay(log: readonly string[]): State<unknown>
