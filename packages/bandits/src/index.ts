export type {
  ArmPrior,
  Bandit,
  BanditBase,
  FullInformationBandit,
  FullObservation,
  InitOptions,
  Observation,
  Random,
  Selection,
  State,
} from './bandit.ts'
export {
  alternatingEnvironment,
  bernoulliEnvironment,
  type Environment,
  gaussianEnvironment,
  sequenceEnvironment,
} from './environments.ts'
export { type EpsilonGreedyOptions, epsilonGreedy } from './epsilon-greedy.ts'
export { type Exp3, type Exp3Options, exp3 } from './exp3.ts'
export { type Hedge, type HedgeOptions, hedge } from './hedge.ts'
export type { LearningRate, LossRow } from './losses.ts'
export { type ArmStats, armStats, type MomentsRow } from './moments.ts'
export { type SimulateOptions, type Simulation, simulate } from './simulate.ts'
export { type ThompsonBetaOptions, thompsonBeta } from './thompson-beta.ts'
export { type ThompsonGaussianOptions, thompsonGaussian } from './thompson-gaussian.ts'
export { type Ucb1Options, ucb1 } from './ucb1.ts'
