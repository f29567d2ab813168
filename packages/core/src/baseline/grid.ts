import { FastFlowError } from '../errors.ts'
import type { Solver } from '../solver/solver.ts'

/** What a grid is asked for. */
export interface GridRequest {
  readonly steps: number
  /**
   * Sigmas that the scheduler is handed, before its shift: `linspace(1, 1/T, T)`, as most pipelines do (`pipeline`), none,
   * which leaves it to its own grid (`scheduler`), or these, T of them.
   */
  readonly grid: 'pipeline' | 'scheduler' | readonly number[]
  readonly mu: number | undefined
  readonly imageSeqLen: number | undefined
}

/** What a scheduler class makes of its config and a number of steps. */
export interface Grid {
  /** Name of the schedule. */
  readonly name: string
  /** One a step, decreasing; the 0 at the end is left out. */
  readonly sigmas: readonly number[]
  /** One a step. */
  readonly timesteps: readonly number[]
  /** The solver of a run that begins at grid index `start`. */
  readonly solver: (start: number) => Solver
}

/** `count` numbers from `first` to `last`, in the floating-point operations of numpy: whole timesteps are cut from them. */
export function linspace(first: number, last: number, count: number): number[] {
  const step = (last - first) / (count - 1)
  return Array.from({ length: count }, (_, k) =>
    k > 0 && k === count - 1 ? last : count > 1 ? k * step + first : first,
  )
}

/** @throws FastFlowError `unsupported` where sigmas are handed to a scheduler that takes none. */
export function refuseSigmas({ grid }: GridRequest): void {
  if (grid === 'scheduler') return
  throw new FastFlowError({
    code: 'unsupported',
    field: 'grid',
    message: "grid: this scheduler takes no sigmas from outside; pass 'scheduler' for its own",
  })
}
