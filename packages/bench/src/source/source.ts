import type { Plan, Schedule } from '@fastflow/core'
import type {
  CalibrationOptions,
  Flow,
  FlowOptions,
  GenerateOptions,
  GenerateResult,
  RunSettings,
} from '@fastflow/pipelines'

/** A flow whose final states need not be pictures: without `toImage` nothing is said of SSIM. */
export type BenchFlow = Omit<Flow, 'toImage' | 'preview'> & Partial<Pick<Flow, 'toImage'>>

/**
 * What a bench asks of a model: noises in turn, each with a flow to sample. A pipeline whose subjects take turns is one
 * ({@link takingTurns}), and so is any velocity ({@link velocitySource}).
 */
export interface BenchSource {
  readonly model: string
  /** What the network runs on, for the document. */
  readonly executionProvider: string
  /** The grid that a run with these settings takes. */
  planKey(options?: RunSettings): { readonly schedule: Schedule }
  /** The flow whose turn it is. Its `pixels` are compared: peak to peak they span 2. */
  prepareTurn(turn: number, options?: FlowOptions): Promise<BenchFlow>
  /** Plans for all budgets at once, on noises that no turn of a bench has. */
  calibrate(options?: CalibrationOptions): Promise<Plan>
  /** Generates as users do. Without it there is no paper's policy to learn, and there are no plans of the model's own. */
  generateTurn?(turn: number, options?: GenerateOptions): Promise<GenerateResult>
}

/** A source that generates, as every pipeline does. */
export type GeneratingSource = BenchSource & Required<Pick<BenchSource, 'generateTurn'>>
