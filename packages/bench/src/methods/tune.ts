import type { AbortSignalLike } from '@fastflow/core'
import { throwIfAborted } from '@fastflow/core/backend'
import { psnrOfFloats } from '@fastflow/proxies'
import type { Method } from '../method.ts'
import { measure } from '../source/measure.ts'
import type { BenchSource } from '../source/source.ts'

/** One setting of a method's knob. */
export interface Candidate {
  readonly parameter: string
  readonly method: Method
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
  readonly onProgress?: (done: number, total: number) => void
}

/** Which setting of a family a budget has: its place among the candidates. */
export interface Tuned {
  readonly budget: number
  readonly family: string
  readonly candidate: number
}

interface Trial extends Omit<Tuned, 'budget'> {
  readonly method: Method
  /** Mean over the tuning noises. */
  readonly nfe: number
  /** dB to the full run, mean over the tuning noises. */
  readonly psnr: number
}

/** How far the mean number of evaluations may exceed a budget. */
const SLACK = 0.5

/**
 * Sets every family's knob for every budget: of the settings whose mean evaluations keep within the budget (plus a
 * half), the one with the best mean PSNR to the full run. Families that cannot keep within a budget have no row there.
 */
export async function tune(
  pipe: BenchSource,
  families: readonly Family[],
  settings: TuneSettings,
): Promise<readonly Tuned[]> {
  const trials = await tryAll(pipe, families, settings)
  return settings.budgets.flatMap((budget) =>
    families.flatMap((family) => {
      const within = trials.filter((trial) => trial.family === family.name && trial.nfe <= budget + SLACK)
      const [best] = within.sort((a, b) => b.psnr - a.psnr)
      return best ? [{ budget, family: best.family, candidate: best.candidate }] : []
    }),
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

async function tryAll(
  pipe: BenchSource,
  families: readonly Family[],
  { full, guidanceScale, seeds, signal, onProgress }: TuneSettings,
): Promise<readonly Trial[]> {
  const all = families.flatMap(({ name, candidates }) =>
    candidates.map(({ method }, candidate) => ({ method, candidate, family: name })),
  )
  const sums = all.map(() => ({ nfe: 0, psnr: 0 }))
  for (const [done, seed] of seeds.entries()) {
    const flow = await pipe.prepareTurn(seed, { seed, guidanceScale, signal })
    const reference = await measure(flow, full, seed, signal)
    for (const [i, { method }] of all.entries()) {
      throwIfAborted(signal, 'bench')
      const { nfe, pixels } = await measure(flow, method, seed, signal)
      sums[i]!.nfe += nfe / seeds.length
      sums[i]!.psnr += psnrOfFloats(pixels, reference.pixels, 2) / seeds.length
      onProgress?.(done * all.length + i + 1, seeds.length * all.length)
    }
  }
  return all.map((one, i) => ({ ...one, ...sums[i]! }))
}
