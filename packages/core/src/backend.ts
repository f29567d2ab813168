// What implementations of the ports `Backend`, `ModelRunner` and `PolicyStore` have in common.

export { checkCall, checkShape, type TensorShape } from './backend/check-call.ts'
export { externalDataLocations } from './backend/external-data.ts'
export {
  layOut,
  layOutFeeds,
  type PackedTensor,
  pack,
  packFeeds,
  unpack,
  unpackOutputs,
} from './backend/pack.ts'
export { staysInside } from './backend/stays-inside.ts'
export {
  arrayOf,
  bytesOf,
  elementCount,
  isTensorType,
  shapeText,
  tensorTypes,
} from './backend/tensor-types.ts'
export { throwIfAborted } from './errors.ts'
export { createPace, type Pace } from './pace.ts'
export { checkPolicyKey, policyText } from './store/policy-text.ts'
