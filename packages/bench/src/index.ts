export { compareGuards, type GuardRow } from './coverage/compare-guards.ts'
export { type CoverageRow, coverageOf } from './coverage/coverage.ts'
export { type Pool, type PoolRun, type PoolSample, type PoolSettings, recordPool } from './coverage/record.ts'
export { type EvaluateOptions, evaluatePolicy, type PolicyEvaluation } from './decisions/evaluate-policy.ts'
export { type JsonLine, jsonLines } from './decisions/json-lines.ts'
export { type LogPolicy, learnedPolicy, namedPolicy } from './decisions/log-policy.ts'
export { type BadLine, type DecisionLog, parseDecisions } from './decisions/parse-decisions.ts'
export { type DemoLimits, effortFor, expectedMs, leastMs, shareOf, timeEvaluation } from './demo/effort.ts'
export { type DemoSubjectOptions, demoSubjects } from './demo/subjects.ts'
export { type FittedTermsOptions, fittedTerms, type OpenTerm } from './demo/within.ts'
export type {
  BenchContest,
  BenchCost,
  BenchDocument,
  BenchPasses,
  BenchRow,
  BenchTrajectory,
  Interval,
  LearningCurve,
  Summary,
} from './document.ts'
export type { Coverage } from './learning/coverage.ts'
export { type Curve, fixedNfeFor } from './learning/curves.ts'
export type { DriftResult } from './learning/drift.ts'
export { type LandingOptions, landingsUnder } from './learning/landings.ts'
export {
  type LearnBench,
  type LearnBenchSettings,
  runLearnBench,
  watchedArm,
} from './learning/learn-bench.ts'
export { type Spread, summarizeTable, type TableSummary } from './learning/table-summary.ts'
export { type BenchLog, noLog } from './log.ts'
export { type Learned, type LearnSettings, learningCurve, learnPaper } from './methods/learn.ts'
export { overFloor } from './over-floor.ts'
export { certificateOf, type PlanRow, planRows } from './plan-rows.ts'
export { paperSummary, planSummary } from './policy-summary.ts'
export { comparePrecision, type PrecisionSettings } from './precision/compare-precision.ts'
export type { PrecisionDocument, PrecisionRow } from './precision/document.ts'
export type { Case } from './quality/case.ts'
export type { Figure, QualityDocument, QualityRow } from './quality/document.ts'
export { runQuality } from './quality/run.ts'
export { summarizeQuality } from './quality/summarize.ts'
export type { BenchSample, FinishedRun } from './run/bench-sample.ts'
export { isRival } from './run/contests.ts'
export { documentOf } from './run/document-of.ts'
export { shownMethods } from './run/gallery.ts'
export type { MadeRun, MadeTerms } from './run/made.ts'
export { runBench } from './run/run.ts'
export type { BenchResult, BenchScope, BenchSettings, BenchTerms } from './run/settings.ts'
export { framesOf } from './source/frames.ts'
export type { BenchFlow, BenchSource, GeneratingSource } from './source/source.ts'
export { sumOf } from './source/tally.ts'
export {
  promptsOf,
  type Subject,
  subjectsOf,
  type TurnPipeline,
  type TurnSettings,
  takingTurns,
} from './source/turns.ts'
export { type VelocitySourceOptions, velocitySource } from './source/velocity-source.ts'
