/**
 * What is read of a Diffusers `scheduler_config.json`. Which fields count depends on the class; those that a class does
 * not have are ignored, as Diffusers ignores them, those with no equivalent here are refused.
 */
export interface SchedulerConfig {
  readonly _class_name?: string
  readonly num_train_timesteps?: number
  // FlowMatchEulerDiscreteScheduler
  readonly shift?: number
  readonly use_dynamic_shifting?: boolean
  readonly base_shift?: number | null
  readonly max_shift?: number | null
  readonly base_image_seq_len?: number | null
  readonly max_image_seq_len?: number | null
  readonly time_shift_type?: 'exponential' | 'linear'
  readonly shift_terminal?: number | null
  readonly invert_sigmas?: boolean
  readonly stochastic_sampling?: boolean
  readonly use_karras_sigmas?: boolean | null
  readonly use_exponential_sigmas?: boolean | null
  readonly use_beta_sigmas?: boolean | null
  // UniPCMultistepScheduler and DPMSolverMultistepScheduler
  readonly prediction_type?: string
  readonly use_flow_sigmas?: boolean | null
  readonly flow_shift?: number | null
  readonly solver_order?: number
  readonly solver_type?: string
  readonly thresholding?: boolean
  readonly lower_order_final?: boolean
  readonly final_sigmas_type?: string
  readonly sigma_min?: number | null
  readonly sigma_max?: number | null
  readonly predict_x0?: boolean
  readonly disable_corrector?: readonly number[]
  readonly solver_p?: unknown
  readonly algorithm_type?: string
  readonly euler_at_final?: boolean
  readonly use_lu_lambdas?: boolean | null
  readonly beta_schedule?: string
  readonly beta_start?: number
  readonly trained_betas?: readonly number[] | null
}
