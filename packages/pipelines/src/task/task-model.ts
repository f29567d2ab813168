import type { AbortSignalLike, Feeds, ModelRunner, RgbImage, SchedulerConfig } from '@fastflow/core'
import type { Defaults, FlowOptions, Subjects, Task } from './options.ts'

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
}

/** The velocity network and the names of its ports; `timestep` is called so everywhere. */
export interface Network {
  readonly runner: ModelRunner
  /** Input of the state, `sample` or `hidden_states`. */
  readonly state: string
}

/** The part of a loaded model that differs from task to task; what the tasks have in common is built on it. */
export interface TaskModel {
  readonly task: Task
  /** Name of the model's folder. */
  readonly name: string
  /** SHA-256, hex, of everything that changes the velocities. */
  readonly digest: string
  readonly labels: readonly string[]
  readonly defaults: Defaults
  readonly scheduler: SchedulerConfig
  readonly network: Network
  /** Whether there is an unconditional pass for guidance. */
  readonly guided: boolean
  /** Peak-to-peak range of states at sigma 0 that decibels refer to. */
  readonly range: number
  /** Frames a second of a clip; undefined for images. */
  readonly fps: number | undefined
  /** Shape of a state. @throws FastFlowError `invalid-argument` for a bad number of frames. */
  dims(numFrames?: number): readonly number[]
  /**
   * Checks what is to be shown and encodes it. Options that belong to other tasks have been refused.
   *
   * @throws FastFlowError `invalid-argument` naming the option.
   */
  condition(subject: string | number, options: FlowOptions): Promise<Condition>
  /** What calibration runs show, in turn. @throws FastFlowError `invalid-argument` saying what to pass. */
  calibrationConditions(subjects: Subjects): Promise<readonly Condition[]>
  /** Planar pixels [frames, 3, height, width] of a final state, clipped to [-1, 1]. */
  decode(
    x: Float32Array,
    dims: readonly number[],
    signal: AbortSignalLike | undefined,
  ): Float32Array | Promise<Float32Array>
  /** The same of a state on the graphics card; undefined where states are ordinary arrays or have to become them first. */
  readonly decodeResident: ((x: unknown, dims: readonly number[]) => Promise<Float32Array>) | undefined
  /** A small image of one frame of a state at sigma 0, without running a network; undefined where that cannot be had. */
  preview(x: Float32Array, dims: readonly number[], frame: number): RgbImage | undefined
  /** Pixels on a side of what {@link decode} returns. */
  readonly size: number
  /** Frees all networks. */
  dispose(): Promise<void>
}
