export type { AbortSignalHeard, AbortSignalLike } from './abort-signal.ts'
export { type Accelerated, type AcceleratedRun, type AccelerateOptions, accelerate } from './accelerate.ts'
export { type Baseline, type BaselineOptions, baselineFromConfig } from './baseline/baseline.ts'
export { type FromConfigOptions, scheduleFromConfig } from './baseline/schedule-from-config.ts'
export type { SchedulerConfig } from './baseline/scheduler-config.ts'
export type { ConvertOptions } from './convert/converted.ts'
export { fromEpsilon } from './convert/from-epsilon.ts'
export { fromTimeUp } from './convert/from-time-up.ts'
export { fromX0 } from './convert/from-x0.ts'
export {
  FastFlowError,
  type FastFlowErrorCode,
  type FastFlowErrorOptions,
  invalidArgument,
} from './errors.ts'
export { emulate } from './extrapolate/emulate.ts'
export type { Extrapolator } from './extrapolate/extrapolator.ts'
export { integrate } from './extrapolate/integrate.ts'
export { lagrangeWeights } from './extrapolate/lagrange.ts'
export { brief, reasonOf, sameJson } from './json/brief.ts'
export {
  JsonField,
  type ListRange,
  type NumberRange,
  type OneOfOptions,
  type Otherwise,
  readJson,
} from './json/field.ts'
export { isJsonInput, isRecord, type JsonLimits, type JsonSource, parseJson } from './json/json.ts'
export { calibrate } from './plan/calibrate/calibrate.ts'
export type { Checkpoint } from './plan/calibrate/checkpoint.ts'
export { coarserSchedule } from './plan/calibrate/floor.ts'
export { mergeCalibrations } from './plan/calibrate/merge-calibrations.ts'
export type { CalibrateOptions, CalibrationProgress } from './plan/calibrate/options.ts'
export { type PlanRecordingsOptions, planRecordings } from './plan/calibrate/plan-recordings.ts'
export { type PlanRunOptions, planRun } from './plan/calibrate/plan-run.ts'
export { recordedRuns } from './plan/calibrate/recorded-runs.ts'
export { type RefineOptions, refine } from './plan/calibrate/refine.ts'
export { replan } from './plan/calibrate/replan.ts'
export type {
  ReplanLevel,
  Replanned,
  ReplannedBudget,
  ReplanOptions,
} from './plan/calibrate/replan-options.ts'
export { type ValidateOptions, validatePlan } from './plan/calibrate/validate.ts'
export { type CertificateCost, certificateCost } from './plan/document/certificate.ts'
export type { PlanCalibration, PlanDocument, PlanEntry, PlanKey } from './plan/document/document.ts'
export type { Frontier, Plan, PlanBudget } from './plan/document/frontier.ts'
export { type GuidanceInterval, guidanceActs, takesBothPasses } from './plan/document/guidance-interval.ts'
export { type ExpectedKey, parsePlan } from './plan/document/parse.ts'
export type { PlanFloor } from './plan/document/plan-floor.ts'
export { decisionsOf, passesOf, planPolicy } from './plan/document/plan-policy.ts'
export type { PlannedGuidance, PlannedSteps } from './plan/document/planned-steps.ts'
export type { PlanQuality } from './plan/document/quality.ts'
export type { PlanChoice, QualityTarget } from './plan/document/quality-target.ts'
export { seedLedger, type UsedSeeds, usedSeeds } from './plan/document/seeds.ts'
export { planFromMask } from './plan/fit/mask.ts'
export { transferPlan } from './plan/fit/transfer.ts'
export type { PlanTarget } from './plan/price/increments.ts'
export { joinRecordings, type Recordings } from './plan/record/join-recordings.ts'
export { parseTrajectory, type StoredTrajectory } from './plan/record/parse-trajectory.ts'
export { type RecordOptions, recordTrajectory } from './plan/record/record.ts'
export { createRecorder, type Recorder } from './plan/record/recorder.ts'
export type { RecorderOptions } from './plan/record/recorder-options.ts'
export type { Trajectory } from './plan/record/trajectory.ts'
export type { Trial } from './plan/search/trial.ts'
export { type BanditSkipOptions, type BanditSkipState, banditSkip } from './policy/bandit-skip.ts'
export { type FlatSegmentOptions, flatSegment } from './policy/flat-segment.ts'
export { frozen } from './policy/frozen.ts'
export { fullPolicy } from './policy/full.ts'
export type {
  Decision,
  Feedback,
  Landing,
  LandingMeasure,
  Outcome,
  PolicyContext,
  PolicyDemand,
  SkipPolicy,
} from './policy/policy.ts'
export { stateless } from './policy/policy.ts'
export { randomBudget } from './policy/random-budget.ts'
export { randomSkip } from './policy/random-skip.ts'
export { maskFromDecisions, policyFromMask, replay } from './policy/replay.ts'
export type { SkipBandit, SkipSelection } from './policy/skip-bandit.ts'
export { uniformSkip } from './policy/uniform-skip.ts'
export type { Backend, LoadOptions, LoadProgress, ModelFolder } from './ports/backend.ts'
export type { BlobStore } from './ports/blob-store.ts'
export { type ConfigFile, readConfig, type WholeRange } from './ports/config-file.ts'
export type {
  Feeds,
  ModelRunner,
  ResidentRunner,
  ResidentTensor,
  RunOptions,
  RunResult,
  Tensor,
  TensorInfo,
  TensorType,
} from './ports/model-runner.ts'
export type { PolicyStore } from './ports/policy-store.ts'
export type { QualityInput, QualityProxy, QualityScore, RgbImage } from './ports/quality-proxy.ts'
export type {
  Claim,
  JobError,
  JobEvent,
  JobPartial,
  JobProgress,
  JobRecord,
  JobState,
  Queue,
  QueueJob,
  QueueStats,
} from './ports/queue.ts'
export type { JournalContent, UpdateJournal } from './ports/update-journal.ts'
export type { GuidanceSlot, Velocity, VelocityCall } from './ports/velocity.ts'
export { fillNormal, portableLog } from './random/normal.ts'
export { createRandom, type Random, restoreRandom, type SeededRandom } from './random/random.ts'
export type { PassCount, SampleOptions } from './sample/options.ts'
export type { SampleResult, SampleStats, SampleStatus, StepEvent, TraceEntry } from './sample/result.ts'
export { sample } from './sample/sample.ts'
export { linearSchedule } from './schedule/linear.ts'
export { createSchedule, numStepsOf, type Schedule } from './schedule/schedule.ts'
export { shiftedSchedule, shiftSigma } from './schedule/shifted.ts'
export { adamsBashforth } from './solver/adams-bashforth.ts'
export { dpmSolverPP } from './solver/dpm-solver-pp.ts'
export { emulateSolver } from './solver/emulate-solver.ts'
export { euler } from './solver/euler.ts'
export { heun } from './solver/heun.ts'
export { ipndm } from './solver/ipndm.ts'
export type { MultistepSolver, Solver, Stage, StagedSolver } from './solver/solver.ts'
export { solverNamed } from './solver/solver-named.ts'
export { unipc } from './solver/unipc.ts'
export { float32Space } from './space/float32.ts'
export { type SimdSpaceOptions, simdSpace } from './space/simd/simd-space.ts'
export type { Term, VectorSpace } from './space/vector-space.ts'
export { memoryJournal } from './store/memory-journal.ts'
export { memoryPolicyStore } from './store/memory-policy-store.ts'
