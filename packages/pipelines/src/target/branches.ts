import type { QualityTable } from './quality-table.ts'

/**
 * How many evaluations every two arms have in common, the full run last.
 *
 * The first one is at the noise, and all share it. Plans that go on alike land on the same mismatches in every measured run:
 * two that share n landings share n + 1 evaluations and the jumps between them, so that a request can change from one to
 * the other there at no cost. The full run is kept apart: whoever begins with a plan does not end in it.
 *
 * @param arms number of them, the full run included.
 */
export function sharedEvaluations(
  arms: number,
  table: QualityTable | undefined,
): readonly (readonly number[])[] {
  const runs = table?.runs ?? []
  const shared = (a: number, b: number): number =>
    runs.length === 0
      ? 1
      : 1 + Math.min(...runs.map(({ landings }) => commonStart(landings[a] ?? [], landings[b] ?? [])))
  return Array.from({ length: arms }, (_, a) =>
    Array.from({ length: arms }, (__, b) => (a === b ? Infinity : shared(a, b))),
  )
}

/** Evaluations after which an arm has no other left to change to; 1 where it shares but the first. */
export function lastChoice(shared: readonly (readonly number[])[], arm: number): number {
  return Math.max(1, ...shared[arm]!.filter((_, other) => other !== arm))
}

function commonStart(a: readonly number[], b: readonly number[]): number {
  const length = Math.min(a.length, b.length)
  for (let k = 0; k < length; k++) if (a[k] !== b[k]) return k
  return length
}
