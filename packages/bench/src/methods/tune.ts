import { type AbortSignalLike, numStepsOf } from '@fastflow/core'
import { throwIfAborted } from '@fastflow/core/backend'
import { psnrOfFloats } from '@fastflow/proxies'
import type { Method } from '../method.ts'
import { measure } from '../source/measure.ts'
import type { BenchSource } from '../source/source.ts'

/** One setting of a method's knob. */
export interface Candidate {
  readonly parameter: string
  readonly method: Method
  /** Evaluations, where they are known beforehand. */
  readonly nfe?: number
}

/** A method with a knob, and the settings that are tried. */
export interface Family {
  readonly name: string
  readonly candidates: readonly Candidate[]
}

export interface TuneSettings {
  readonly full: Method
  readonly guidanceScale: number
  readonly budgets: readonly number[]
  /** Noises no sample and no calibration uses. */
  readonly seeds: readonly number[]
  readonly signal: AbortSignalLike
  /** Noises that are done, all of them, and how much of the next. */
  readonly onProgress?: (done: number, total: number, share: number) => void
}

/** Which setting of a family a budget has: its place among the candidates. */
export interface Tuned {
  readonly budget: number
  readonly family: string
  readonly candidate: number
}

/** One noise. */
interface Tried {
  readonly nfe: number
  /** dB to the full run. */
  readonly psnr: number
}

interface Trial extends Omit<Tuned, 'budget'> {
  readonly method: Method
  readonly tried: Tried[]
}

/** How far the mean number of evaluations may exceed a budget. */
const SLACK = 0.5

/** Settings of a family that go on, for each budget, after the first noise. */
const GO_ON = 3

/**
 * Sets every family's knob for every budget: of the settings whose mean evaluations keep within the budget (plus a
 * half), the one with the best mean PSNR to the full run. All are tried on the first noise, the best three a family and budget on
 * all of them. Families that cannot keep within a budget have no row there.
 */
export async function tune(
  pipe: BenchSource,
  families: readonly Family[],
  settings: TuneSettings,
): Promise<readonly Tuned[]> {
  const { budgets, seeds, onProgress } = settings
  const all = families.flatMap(({ name, candidates }) =>
    candidates.map(({ method }, candidate): Trial => ({ method, candidate, family: name, tried: [] })),
  )
  const best = (budget: number, { name }: Family): readonly Trial[] =>
    all
      .filter(({ family, tried }) => family === name && meanOf(tried, 'nfe') <= budget + SLACK)
      // Those that were dropped lost already to those that went on.
      .sort((a, b) => b.tried.length - a.tried.length || meanOf(b.tried, 'psnr') - meanOf(a.tried, 'psnr'))
      .slice(0, GO_ON)
  let going: readonly Trial[] = all
  for (const [n, seed] of seeds.entries()) {
    await tryOn(pipe, going, seed, settings, (done) => onProgress?.(n, seeds.length, done / going.length))
    if (n === 0)
      going = [...new Set(budgets.flatMap((budget) => families.flatMap((one) => best(budget, one))))]
  }
  return budgets.flatMap((budget) =>
    families.flatMap((family) => {
      const [first] = best(budget, family)
      return first ? [{ budget, family: first.family, candidate: first.candidate }] : []
    }),
  )
}

/** About how many evaluations that takes. @param unknown those of a candidate that says nothing of them. */
export function tuningEvaluations(
  families: readonly Family[],
  { full, budgets, seeds }: Pick<TuneSettings, 'full' | 'budgets' | 'seeds'>,
  unknown: number,
): number {
  const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0)
  const first = families.flatMap(({ candidates }) => candidates.map(({ nfe = unknown }) => nfe))
  const later = families.map(({ candidates }) => Math.min(candidates.length / budgets.length, GO_ON))
  return (
    sum(first) + seeds.length * numStepsOf(full.schedule) + (seeds.length - 1) * sum(later) * sum(budgets)
  )
}

/** The methods of what {@link tune} found. */
export function tunedMethods(families: readonly Family[], tuned: readonly Tuned[]): readonly Method[] {
  return tuned.flatMap(({ budget, family, candidate }) => {
    const found = families.find(({ name }) => name === family)?.candidates[candidate]
    if (found === undefined) return []
    const { method, parameter } = found
    const computation = method.computation ?? `${family} ${candidate}`
    return [{ ...method, name: `${family}-${budget}`, tuned: parameter, computation }]
  })
}

/** Runs all on one noise and puts down what came of each. */
async function tryOn(
  pipe: BenchSource,
  trials: readonly Trial[],
  seed: number,
  { full, guidanceScale, signal }: TuneSettings,
  onTried: (done: number) => void,
): Promise<void> {
  const flow = await pipe.prepareTurn(seed, { seed, guidanceScale, signal })
  const reference = await measure(flow, full, seed, signal)
  for (const [done, { method, tried }] of trials.entries()) {
    throwIfAborted(signal, 'bench')
    const { nfe, pixels } = await measure(flow, method, seed, signal)
    tried.push({ nfe, psnr: psnrOfFloats(pixels, reference.pixels, 2) })
    onTried(done + 1)
  }
}

function meanOf(tried: readonly Tried[], figure: keyof Tried): number {
  return tried.reduce((sum, one) => sum + one[figure], 0) / tried.length
}
