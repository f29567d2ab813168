import { invalidArgument } from '../../errors.ts'

interface Run {
  readonly seed: number
  readonly gram: ArrayLike<number>
}

/**
 * Each run once, by seed, which {@link createRandom} takes modulo 2^32; with the positions of those that came again.
 *
 * @throws FastFlowError `invalid-argument` naming two different runs of one seed, whichever came first.
 */
export function uniteRuns<R extends Run>(
  given: readonly R[],
  nameOf: (position: number) => string,
): { readonly runs: R[]; readonly repeated: number[] } {
  const kept = new Map<number, number>()
  const repeated: number[] = []
  for (const [n, run] of given.entries()) {
    const before = kept.get(run.seed >>> 0)
    if (before === undefined) kept.set(run.seed >>> 0, n)
    else if (sameProducts(given[before]!, run)) repeated.push(n)
    else
      throw invalidArgument(
        nameOf(n),
        `is another run than ${nameOf(before)}, but both have seed ${run.seed}; record it with a seed of its own, or leave one out`,
      )
  }
  const runs = [...kept.values()].map((n) => given[n]!)
  return { runs: runs.sort((a, b) => (a.seed >>> 0) - (b.seed >>> 0)), repeated }
}

function sameProducts({ gram: one }: Run, { gram: other }: Run): boolean {
  if (one.length !== other.length) return false
  for (let k = 0; k < one.length; k++) if (one[k] !== other[k]) return false
  return true
}
