import { createRandom } from '@fastflow/core'
import { quantile } from '@fastflow/proxies'
import type { PoolRun, PoolSample } from './record.ts'

/** A way to give some samples a larger plan, decided while or before a smaller one runs. */
export interface Variant {
  /** The plan all samples start with, and the one flagged samples get from the start again; the number of grid steps is the full run. */
  readonly base: number
  readonly rich: number
  /** What the decision rests on, e.g. `mismatch after 5`. */
  readonly rule: string
  /** Evaluations of a sample that is left alone, and of one that is flagged. */
  readonly keep: number
  readonly redo: number
  /** Those with the highest are flagged. */
  risk(sample: PoolSample, index: number): number
}

/** What a guard did with each sample. */
export interface Guarded {
  readonly nfe: number
  readonly runs: readonly PoolRun[]
}

/** The ideas that are measured. `mixture` and `foresight` frame them: no knowledge, and the true error of the smaller plan. */
export const IDEAS = ['mixture', 'mismatch', 'sensitivity', 'context', 'foresight'] as const
export type Idea = (typeof IDEAS)[number]

/** Fidelity that is worth nothing more. The full run has no error at all. */
const CEILING = 60

/** The run of one sample under a plan or, past the largest one, in full. */
export function runOf(sample: PoolSample, budget: number): PoolRun {
  const planned = sample.plans[budget]
  if (planned !== undefined) return planned
  return { nfe: budget, psnr: CEILING, exactPsnr: sample.exactPsnr, mismatches: [] }
}

/**
 * Every setting of an idea that can spend `budget` evaluations on average.
 *
 * A flagged sample keeps its first velocity, which is the same for all plans, and is run again with the larger plan. So going back
 * costs the evaluations made until then but one. The probe of the sensitivity costs one more for every sample.
 *
 * @param known samples that may be learned from.
 */
export function variantsOf(
  idea: Idea,
  known: readonly PoolSample[],
  budget: number,
  numSteps: number,
): readonly Variant[] {
  const budgets = [...Object.keys(known[0]!.plans).map(Number), numSteps]
  const pairs = budgets
    .filter((base) => base < budget)
    .flatMap((base) => budgets.filter((rich) => rich > budget).map((rich) => ({ base, rich })))
  const nfe = (of: number): number => runOf(known[0]!, of).nfe
  const variants = pairs.flatMap(({ base, rich }): Variant[] => {
    const [small, large] = [nfe(base), nfe(rich)]
    const plain = { base, rich, keep: small, redo: large }
    if (idea === 'mixture') return [{ ...plain, rule: 'chance', risk: chance }]
    if (idea === 'foresight') return [{ ...plain, rule: 'true error', risk: (s) => -runOf(s, base).psnr }]
    if (idea === 'context') return [{ ...plain, rule: 'subject', risk: subjectRisk(known, base) }]
    if (idea === 'sensitivity') {
      const at = known[0]!.plans[base]?.probe?.at
      if (at === undefined) return []
      const paid = { ...plain, keep: small + 1, redo: at + large }
      return signed(paid, `sensitivity after ${at}`, (s) => s.plans[base]!.probe!.stretch)
    }
    return known[0]!.plans[base]!.mismatches.flatMap((_, k) => {
      const made = k + 2
      const redo = made - 1 + large
      return signed({ ...plain, redo }, `mismatch after ${made}`, (s) => s.plans[base]!.mismatches[k]!)
    })
  })
  return variants.filter(({ keep, redo }) => keep <= budget && redo >= budget)
}

/** Both directions: which one means danger is learned. */
function signed(
  plain: Omit<Variant, 'rule' | 'risk'>,
  rule: string,
  measure: (sample: PoolSample) => number,
): Variant[] {
  return [
    { ...plain, rule: `high ${rule}`, risk: measure },
    { ...plain, rule: `low ${rule}`, risk: (sample) => -measure(sample) },
  ]
}

const chance = (_: PoolSample, index: number): number => createRandom(index).next()

/** How poorly the smaller plan did on other samples of the same class or prompt. */
function subjectRisk(known: readonly PoolSample[], base: number): Variant['risk'] {
  const mean = (samples: readonly PoolSample[]): number =>
    samples.reduce((sum, sample) => sum + runOf(sample, base).psnr, 0) / samples.length
  const overall = mean(known)
  return ({ subject }) => {
    const own = known.filter((sample) => sample.subject === subject)
    return own.length > 0 ? -mean(own) : -overall
  }
}

/** Flags as many samples of a batch as the budget pays for, the riskiest first. */
export function applyGuard(variant: Variant, samples: readonly PoolSample[], budget: number): Guarded {
  const { base, rich, keep, redo, risk } = variant
  const share = redo > keep ? (budget - keep) / (redo - keep) : 1
  const count = Math.floor(share * samples.length + 1e-9)
  const ranked = samples
    .map((sample, index) => ({ index, value: risk(sample, index) }))
    .sort((a, b) => b.value - a.value)
  const flagged = new Set(ranked.slice(0, count).map(({ index }) => index))
  return {
    nfe: keep + (count / samples.length) * (redo - keep),
    runs: samples.map((sample, index) => runOf(sample, flagged.has(index) ? rich : base)),
  }
}

/** The setting that lifts the worst tenth of the known samples most. */
export function bestVariant(
  idea: Idea,
  known: readonly PoolSample[],
  budget: number,
  numSteps: number,
): Variant | undefined {
  let best: { readonly variant: Variant; readonly p10: number } | undefined
  for (const variant of variantsOf(idea, known, budget, numSteps)) {
    const { runs } = applyGuard(variant, known, budget)
    const p10 = quantile(
      runs.map(({ psnr }) => Math.min(CEILING, psnr)),
      0.1,
    )
    if (best === undefined || p10 > best.p10) best = { variant, p10 }
  }
  return best?.variant
}
