import type { OptionNames } from '@fastflow/core/backend'
import { type RunSettings, runNames } from '../task/options.ts'
import type { PolicyDocument } from './document.ts'

export interface PaperOptions {
  /** Skip lengths to choose from, increasing. Default 0, 2, 4, 6, as in the paper's code; its text has 1, 2, 4, 8. */
  readonly arms?: readonly number[]
  /** UCB1's exploration constant for rewards scaled to at most 1. Default 0.2. */
  readonly exploration?: number
  /**
   * Price of an evaluation, in units of the worst error any arm makes along one full run, divided by its steps. Less
   * evaluates more. Default 0.4.
   */
  readonly price?: number
}

export const paperNames: OptionNames<PaperOptions> = { arms: true, exploration: true, price: true }

/** The policy of the FastFlow paper, which learns online from call to call. */
export interface PaperAcceleration extends PaperOptions {
  readonly method: 'paper'
  /** Start from this document instead of what is stored; what is learned on top replaces what is stored. */
  readonly policy?: PolicyDocument
  /** Ignore what is stored and start learning anew; what is learned replaces it. Default false. */
  readonly fresh?: boolean
  /** False applies what was learned and learns nothing: the same seed then is the same image. Default true. */
  readonly learn?: boolean
}

export const paperAccelerationNames: OptionNames<PaperAcceleration> = {
  ...paperNames,
  method: true,
  policy: true,
  fresh: true,
  learn: true,
}

/** What a learned policy depends on: the run, and the options of the policy. */
export interface PolicyKeyOptions extends RunSettings, PaperOptions {}

export const policyKeyNames: OptionNames<PolicyKeyOptions> = { ...runNames, ...paperNames }
