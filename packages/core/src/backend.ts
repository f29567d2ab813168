// What implementations of the ports `Backend`, `ModelRunner` and `PolicyStore` have in common, and how the packages above
// check what their users pass.

export { castTensor, type Float64Tensor } from './backend/cast-tensor.ts'
export { checkCall, checkShape, type TensorShape } from './backend/check-call.ts'
export { checkLoadOptions, loadNames } from './backend/check-load.ts'
export { type ExternalData, externalDataLocations, externalDataOf } from './backend/external-data.ts'
export { fromFloat16, toFloat16 } from './backend/float16.ts'
export { type DeclaredPort, modelPorts } from './backend/model-ports.ts'
export {
  layOut,
  layOutFeeds,
  type PackedTensor,
  pack,
  packFeeds,
  unpack,
  unpackOutputs,
} from './backend/pack.ts'
export { type Field as ProtobufField, fieldsOf } from './backend/protobuf.ts'
export { outdatedRuntime } from './backend/runtime-version.ts'
export { staysInside } from './backend/stays-inside.ts'
export {
  arrayOf,
  bytesOf,
  elementCount,
  isTensorType,
  shapeText,
  tensorTypes,
} from './backend/tensor-types.ts'
export {
  type Encoded,
  joinFields,
  nestedField,
  textField,
  wholeField,
  wholesField,
} from './backend/write-protobuf.ts'
export { nearest } from './check/nearest.ts'
export { checkOptions, type OptionNames } from './check/options.ts'
export { readArgument } from './check/read-argument.ts'
export { shown } from './check/shown.ts'
export { sparingly } from './check/sparingly.ts'
export {
  checkCallback,
  checkFlag,
  checkFunction,
  checkMethods,
  checkNumber,
  checkNumbers,
  checkOneOf,
  checkPositive,
  checkShare,
  checkSignal,
  checkText,
  checkWhole,
  isNumbers,
  isSequence,
} from './check/values.ts'
export { throwIfAborted } from './errors.ts'
export { checkJump } from './extrapolate/check-jump.ts'
export { decodeUtf8 } from './json/utf8.ts'
export { createPace, type Pace } from './pace.ts'
export { usualBudgets } from './plan/calibrate/usual-budgets.ts'
export { checkFrontier } from './plan/document/check-frontier.ts'
export { checkAsked, checkContext } from './policy/check-asked.ts'
export { checkPolicy } from './policy/check-policy.ts'
export { checkPolicyKey, policyText } from './store/policy-text.ts'
