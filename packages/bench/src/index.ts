export { compareGuards, type GuardRow } from './coverage/compare-guards.ts'
export { type CoverageRow, coverageOf } from './coverage/coverage.ts'
export { applyGuard, variantsOf } from './coverage/guards.ts'
export { type Pool, type PoolRun, type PoolSample, type PoolSettings, recordPool } from './coverage/record.ts'
export type {
  BenchContest,
  BenchCost,
  BenchDocument,
  BenchPasses,
  BenchRow,
  Interval,
  LearningCurve,
  Summary,
} from './document.ts'
export { type Coverage, coverageOf as targetCoverageOf } from './learning/coverage.ts'
export { type Curve, fixedNfeFor, learningCurves } from './learning/curves.ts'
export { type DriftResult, driftOf } from './learning/drift.ts'
export { splitTable } from './learning/split.ts'
export { type BenchLog, noLog } from './log.ts'
export { learnPaper } from './methods/learn.ts'
export { overFloor } from './over-floor.ts'
export type { Case } from './quality/case.ts'
export type { Figure, QualityDocument, QualityRow } from './quality/document.ts'
export { runQuality } from './quality/run.ts'
export { summarizeQuality } from './quality/summarize.ts'
export type { BenchSample } from './run/bench-sample.ts'
export { isRival } from './run/contests.ts'
export { expectedCost } from './run/expected.ts'
export { runBench } from './run/run.ts'
export type { BenchResult, BenchScope, BenchSettings } from './run/settings.ts'
export { createTally, sumOf } from './source/tally.ts'
export { type Subject, subjectsOf, type TurnPipeline, takingTurns } from './source/turns.ts'
