export { type BackendUnderTest, describeBackend } from './backend-conformance.ts'
export { describeBlobStore } from './blob-store-conformance.ts'
export { fixtures } from './fixtures.ts'
export { float64Space } from './flows/float64-space.ts'
export { type GaussianFlow, type GaussianFlowOptions, gaussianFlow } from './flows/gaussian-flow.ts'
export { type GuidedFlow, type GuidedFlowOptions, guidedFlow } from './flows/guided-flow.ts'
export { type MixtureFlowOptions, mixtureFlow } from './flows/mixture-flow.ts'
export type { AnalyticVelocity, Reals } from './flows/reals.ts'
export { type ReferenceOptions, referenceSolution } from './flows/reference-solution.ts'
export {
  type CountingVelocity,
  countingVelocity,
  nanVelocity,
  type VelocityRecord,
} from './flows/velocity-fakes.ts'
export { type FuzzOptions, fuzzReader } from './fuzz-reader.ts'
export {
  type GoldenTensors,
  goldenDistance,
  goldenOptions,
  goldenPixels,
  goldenTensors,
} from './golden-run.ts'
export {
  type Argument,
  called,
  describeMisuse,
  given,
  type Kind,
  type Misusable,
  made,
  only,
  optional,
  options,
  real,
  whole,
} from './misuse.ts'
export { mutateJson } from './mutate-json.ts'
export { describePolicyStore } from './policy-store-conformance.ts'
export { describeQueue, type QueueUnderTest } from './queue-conformance.ts'
export { describeExamples, examplesOf, promisesOf, runExample } from './readme-examples.ts'
export { describeModelRunner, type RunnerUnderTest } from './runner-conformance.ts'
export { describeVectorSpace, type VectorMaker } from './space-conformance.ts'
export { describeUpdateJournal } from './update-journal-conformance.ts'
