import type { Baseline, GuidanceInterval } from '@fastflow/core'
import type { Defaults, RunSettings } from './options.ts'

/** How strongly guidance acts, and where. */
export interface Guidance {
  readonly guidanceScale: number
  /** Where guidance acts; missing where it acts at all noise levels. */
  readonly guidanceInterval?: GuidanceInterval | undefined
  /** The passes are not added up, but joined in a way that plans cannot take apart. */
  readonly joined?: boolean
  /** Guidance that the network is fed. */
  readonly embedded?: number
}

/** What is known before a policy or plan is chosen: all that every policy and plan made for it depends on. */
export interface RunKey extends Baseline, Guidance {
  /** SHA-256 of what the velocities depend on. */
  readonly model: string
  /** Shape of one sample. */
  readonly dims: readonly number[]
  readonly dtype: string
  /** `dims` of the model's own size and length of clips; elsewhere they are `dims`. */
  readonly ownDims: readonly number[]
  /** Peak-to-peak range of final states that decibels refer to. */
  readonly range: number
  /** An evaluation makes two network passes, under the condition and without it, and adds them up by guidance. */
  readonly guided: boolean
  /** What was asked for, for options that one family alone has. */
  readonly settings: RunSettings
  /** What the model does where nothing is asked for. */
  readonly defaults: Defaults
}
