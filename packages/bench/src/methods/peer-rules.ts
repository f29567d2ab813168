import { numStepsOf, type Schedule } from '@fastflow/core'
import type * as Peers from '@fastflow/peers'
import { SHIFTS, shifted, withShift } from './shifts.ts'
import type { Candidate, Family } from './tune.ts'

/** The rules are for comparison alone and not part of the published command: undefined where they are missing. */
export async function loadPeers(): Promise<typeof Peers | undefined> {
  try {
    return await import('@fastflow/peers')
  } catch {
    return undefined
  }
}

/**
 * Caching rules of other tools with the values of their knobs that are tried, each on the model's grid shifted by each of
 * {@link SHIFTS}.
 *
 * @param norms root mean squares of the velocities of one full run.
 */
export function ruleFamilies(
  peers: typeof Peers,
  schedule: Schedule,
  norms: readonly number[],
): readonly Family[] {
  const numSteps = numStepsOf(schedule)
  const family = <Value>(
    name: string,
    values: readonly Value[],
    describe: (value: Value) => string,
    create: (value: Value) => Peers.Peer,
  ): Family => ({
    name,
    candidates: values.flatMap((value) => {
      const { policy, extrapolator } = create(value)
      return SHIFTS.map(
        (shift): Candidate => ({
          parameter: withShift(describe(value), shift),
          method: { name, schedule: shifted(schedule, shift), options: () => ({ policy, extrapolator }) },
        }),
      )
    }),
  })
  const ratios = peers.magnitudeRatios(norms)
  const threshold = (value: number): string => `threshold ${value}`
  const skips = (value: number): string => `at most ${value} skips`
  const interval = (value: number): string => `interval ${value}`
  const lengths = [2, 3, 4, 5, 6, 8]
  return [
    family('easycache', [0.05, 0.08, 0.12, 0.18, 0.25, 0.35, 0.5], threshold, (value) =>
      peers.easyCache({ threshold: value, warmup: 2 }),
    ),
    family('teacache', [0.03, 0.05, 0.07, 0.1, 0.14, 0.2], threshold, (value) =>
      peers.teaCache({ threshold: value, warmup: 2 }),
    ),
    family('magcache', [0.1, 0.2, 0.35, 0.6, 1, 1.5, 2], threshold, (value) =>
      peers.magCache({ ratios, threshold: value, maxSkips: 50, retention: 0.02 }),
    ),
    family('fsampler', [1, 2, 3, 4, 6, 8], skips, (value) =>
      peers.fSampler({ anchorInterval: 0, maxSkips: value }),
    ),
    family(
      'adaptive',
      [0.003, 0.01, 0.03, 0.1, 0.3].flatMap((delta) => [2, 4, 8].map((most) => [delta, most] as const)),
      ([delta, most]) => `threshold ${delta}, at most ${most} skips`,
      ([delta, most]) => peers.adaptiveDiffusion({ threshold: delta, maxSkips: most }),
    ),
    family('taylorseer', lengths, interval, (value) =>
      peers.taylorSeer({ order: 2, interval: value, warmup: 1 }),
    ),
    family('meancache', lengths, interval, (value) =>
      peers.meanCache({ k: 3, steps: peers.intervalSteps(numSteps, value) }),
    ),
    family(
      'vde',
      [1, 3].flatMap((stable) => [2, 3, 4, 6, 9, 14].map((every) => [stable, every] as const)),
      ([stable, every]) => `from step ${stable} on every ${every}`,
      ([stable, every]) => peers.vde({ stableStep: stable, interval: every }),
    ),
    family(
      'spectrum',
      [2, 4].flatMap((first) =>
        [0.5, 1, 2, 4].flatMap((growth) => [0.9, 1].map((stop) => ({ warmup: first, growth, stop }))),
      ),
      ({ warmup, growth, stop }) => `first ${warmup}, window growing by ${growth}, to ${stop}`,
      (values) => peers.spectrum(values),
    ),
  ]
}
