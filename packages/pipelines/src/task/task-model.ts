import type { AbortSignalLike, Baseline, Feeds, ResidentRunner, RgbImage } from '@fastflow/core'
import type { MeteredVelocity } from './guided-velocity.ts'
import type { Defaults, FlowOptions, ModelOption, RunSettings, Subjects, Task } from './options.ts'
import type { Guidance, RunKey } from './run.ts'
import type { Shape } from './shape.ts'
import type { States } from './states.ts'

/** What one generation is to show, ready for the network. */
export interface Condition {
  /** The class name or the prompt. */
  readonly caption: string
  /** Remarks for the user, such as a prompt that was cut. */
  readonly notes: readonly string[]
  /** What the network is fed besides state and noise level, each for a batch of one. */
  readonly feeds: Feeds
  /** The same for the pass guidance leads away from; undefined where the model has none. */
  readonly unconditional: Feeds | undefined
  /** A state without noise that the run begins at, noised, where it does not begin at noise alone. */
  readonly clean?: Float32Array
}

/** A velocity that holds memory of its own. */
export interface RunVelocity<T> extends MeteredVelocity<T> {
  /** Gives that back; no evaluation may follow. */
  release(): void
}

/** What a family makes of a folder: the part of a loaded model that differs from family to family. */
export interface TaskModel {
  readonly task: Task
  /** Name of the model's folder. */
  readonly name: string
  /** SHA-256, hex, of everything that changes the velocities. */
  readonly digest: string
  readonly labels: readonly string[]
  readonly defaults: Defaults
  /** Options it takes that not every model does. */
  readonly options: readonly ModelOption[]
  /** Whether there is an unconditional pass for guidance, `v = v_0 + scale (v_c - v_0)`. */
  readonly guided: boolean
  /** Peak-to-peak range of states at sigma 0 that decibels refer to. */
  readonly range: number
  /** Frames a second of a clip; undefined for images. */
  readonly fps: number | undefined
  /** What its velocity network runs on. */
  readonly executionProvider: string
  /** States that stay where the velocity network computes; undefined where that is ordinary memory. */
  readonly resident: ResidentRunner | undefined
  /** @throws FastFlowError `invalid-argument` for a size or a number of frames that it cannot make. */
  shape(settings: RunSettings): Shape
  /** The full run. @throws FastFlowError `invalid-argument`, `unsupported`. */
  baseline(settings: RunSettings, shape: Shape): Baseline
  /** How strongly guidance acts, and where on the grid. @throws FastFlowError `invalid-argument`. */
  guidance(settings: RunSettings, baseline: Baseline): Guidance
  /**
   * Checks what is to be shown and encodes it. Options of other models have been refused.
   *
   * @throws FastFlowError `invalid-argument` naming the option.
   */
  condition(subject: string | number, options: FlowOptions): Promise<Condition>
  /** What calibration runs show, in turn. @throws FastFlowError `invalid-argument` saying what to pass. */
  calibrationConditions(subjects: Subjects & RunSettings): Promise<readonly Condition[]>
  /** The velocity of one run. */
  velocity<T>(condition: Condition, run: RunKey, states: States<T>): RunVelocity<T>
  /** Planar pixels [frames, 3, height, width] of a final state, clipped to [-1, 1]. */
  decode(
    x: Float32Array,
    shape: Shape,
    signal: AbortSignalLike | undefined,
  ): Float32Array | Promise<Float32Array>
  /** The same of a state on the graphics card; undefined where states are ordinary arrays or have to become them first. */
  readonly decodeResident: ((x: unknown, shape: Shape) => Promise<Float32Array>) | undefined
  /** A small image of one frame of a state at sigma 0, without running a network; undefined where that cannot be had. */
  preview(x: Float32Array, shape: Shape, frame: number): RgbImage | undefined
  /** Frees all networks. */
  dispose(): Promise<void>
}
