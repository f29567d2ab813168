import type { BenchCost } from './document.ts'

/** Finished parts of a bench, so that an interrupted one goes on where it stopped. */
export interface BenchLog {
  /** What was spent on the parts found. */
  readonly cost: BenchCost | undefined
  /** Number of parts found. */
  readonly found: number
  /** Lines that could not be read; their parts are measured again. */
  readonly damaged: number
  /** The part under this key as an earlier bench left it, or else what `make` returns, which is kept. Plain JSON. */
  once<Part>(key: string, make: () => Promise<Part>, cost: () => BenchCost): Promise<Part>
  remove(): Promise<void>
}

/** A log that keeps nothing. */
export const noLog: BenchLog = {
  cost: undefined,
  found: 0,
  damaged: 0,
  once: (_, make) => make(),
  remove: async () => {},
}
