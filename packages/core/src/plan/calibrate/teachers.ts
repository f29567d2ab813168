import type { Velocity } from '../../ports/velocity.ts'
import { costOfRun, recordTrajectory, refinement } from '../record/record.ts'
import { releaseTrajectory, type Trajectory } from '../record/trajectory.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { CalibrateOptions } from './options.ts'
import type { Settings } from './settings.ts'

/** The recorded runs of a calibration. */
export interface Teachers<T> {
  readonly seeds: readonly number[]
  /** Makes {@link grams} complete. */
  prepare(): Promise<void>
  readonly grams: readonly Float64Array[]
  /** Evaluations that {@link load} would make. */
  missing(): number
  /** Seeds and Gram matrices known so far. */
  known(): Checkpoint['runs']
  /** Every run with its states, recording those that only the checkpoint knows. */
  load(): Promise<readonly Trajectory<T>[]>
  /** Frees the runs recorded here; those the caller brought stay. */
  release(): void
}

/** Records the runs a calibration needs, except those whose Gram matrix the checkpoint has. */
export function createTeachers<T>(
  options: CalibrateOptions<T>,
  settings: Settings<T>,
  velocityOf: (seed: number) => Velocity<T>,
  onRun: () => void,
): Teachers<T> {
  const { recorded, seeds, space, schedule, solver, target, numSteps, parts } = settings
  const loaded = new Map(recorded.map((run) => [run.seed, run]))
  const grams = new Map(recorded.map((run) => [run.seed, run.gram]))
  for (const { seed, gram } of knownRuns(options.checkpoint, seeds)) grams.set(seed, Float64Array.from(gram))

  const load = async (seed: number): Promise<Trajectory<T>> => {
    const known = loaded.get(seed)
    if (known !== undefined) return known
    const noise = options.noise!(seed)
    const run = await recordTrajectory({
      velocity: velocityOf(seed),
      schedule,
      solver,
      space,
      noise,
      seed,
      target,
      refinement,
      guided: parts === 2,
      ...(options.signal && { signal: options.signal }),
    })
    loaded.set(seed, run)
    grams.set(seed, run.gram)
    onRun()
    return run
  }
  const all = [...recorded.map((run) => run.seed), ...seeds]
  return {
    seeds: all,
    prepare: async () => {
      for (const seed of seeds) if (!grams.has(seed)) await load(seed)
    },
    get grams() {
      return all.map((seed) => grams.get(seed)!)
    },
    known: () => [...grams].map(([seed, gram]) => ({ seed, gram: [...gram] })),
    missing: () => all.filter((seed) => !loaded.has(seed)).length * costOfRun(numSteps, target),
    load: async () => {
      const runs: Trajectory<T>[] = []
      for (const seed of all) runs.push(await load(seed))
      return runs
    },
    release: () => {
      for (const seed of seeds) {
        const run = loaded.get(seed)
        if (run !== undefined) releaseTrajectory(space, run)
      }
    },
  }
}

function knownRuns(checkpoint: Checkpoint | undefined, seeds: readonly number[]): Checkpoint['runs'] {
  return checkpoint?.runs.filter(({ seed }) => seeds.includes(seed)) ?? []
}
