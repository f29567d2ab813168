export type {
  ArmPrior,
  Bandit,
  BanditBase,
  FullInformationBandit,
  FullObservation,
  InitOptions,
  Observation,
  Random,
  RewardRange,
  Selection,
  State,
} from './bandit.ts'
export { drawArm } from './choice.ts'
export { type BoundedArm, type ConservativeOptions, conservative, conservativeArms } from './conservative.ts'
export { type DiscountedRow, type DiscountedUcbOptions, discountedUcb } from './discounted-ucb.ts'
export {
  cusum,
  type DriftDetector,
  type DriftOptions,
  type DriftState,
  type DriftUpdate,
  pageHinkley,
} from './drift.ts'
export {
  alternatingEnvironment,
  bernoulliEnvironment,
  type Environment,
  gaussianEnvironment,
  sequenceEnvironment,
} from './environments.ts'
export { type EpsilonGreedyOptions, epsilonGreedy } from './epsilon-greedy.ts'
export { BanditError } from './errors.ts'
export { type Exp3, type Exp3Options, exp3 } from './exp3.ts'
export { type Hedge, type HedgeOptions, hedge } from './hedge.ts'
export { type KlUcbOptions, klUcb } from './kl-ucb.ts'
export { type LinTsOptions, linTs } from './lin-ts.ts'
export { type LinUcbOptions, linUcb } from './lin-ucb.ts'
export type { ContextualBandit, ContextualObservation, Forecast } from './linear.ts'
export type { LinearInitOptions, LinearPrior, LinearRow, LinearState } from './linear-state.ts'
export type { LearningRate, LossRow } from './losses.ts'
export { type ArmStats, armStats, type MomentsRow } from './moments.ts'
export {
  evaluateOffPolicy,
  type LoggedDecision,
  type OffPolicyEstimate,
  type OffPolicyMethod,
  type OffPolicyOptions,
  offPolicySteps,
} from './off-policy.ts'
export {
  binomialTail,
  meanBounds,
  type RateBoundsOptions,
  type RateCounts,
  rateBounds,
} from './rate-bounds.ts'
export { type SimulateOptions, type Simulation, simulate } from './simulate.ts'
export { type SlidingWindowUcbOptions, slidingWindowUcb, type WindowRow } from './sliding-window-ucb.ts'
export { type ThompsonBetaOptions, thompsonBeta } from './thompson-beta.ts'
export { type ThompsonGaussianOptions, thompsonGaussian } from './thompson-gaussian.ts'
export { type Ucb1Options, ucb1 } from './ucb1.ts'
