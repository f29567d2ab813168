import type { Random, SampleOptions, Schedule } from '@fastflow/core'

/** What a method adds to a run: a policy or a solver, and what goes with it. */
export type MethodOptions = Pick<
  SampleOptions<Float32Array, unknown>,
  'policy' | 'policyState' | 'extrapolator' | 'solver' | 'random'
>

/** One way to get from noise to an image. */
export interface Method {
  readonly name: string
  readonly schedule: Schedule
  /** How its free parameter was set on the tuning noises, e.g. `shift 2`. */
  readonly tuned?: string
  /** Methods that share this are the same computation, run once a sample; its name when omitted. */
  readonly computation?: string
  /** Fresh options for one sample; `random` is seeded by the sample. */
  options(random: Random): MethodOptions
}

/** A model's grids: the full run's, and others of the same kind. */
export interface Grids {
  readonly full: Schedule
  /** The model's grid with another number of steps. */
  of(numSteps: number): Schedule
}

/** Of methods that are the same computation, the first. */
export function distinctMethods(methods: readonly Method[]): readonly Method[] {
  const seen = new Set<string>()
  return methods.filter((method) => {
    const fresh = !seen.has(computationOf(method))
    seen.add(computationOf(method))
    return fresh
  })
}

export function computationOf({ name, computation = name }: Method): string {
  return computation
}
