import type { TensorInfo } from '@fastflow/core'
import * as backend from '@fastflow/core/backend'
import {
  type Argument,
  called,
  describeMisuse,
  type Misusable,
  made,
  only,
  optional,
  options,
} from '@fastflow/testkit'

const info: TensorInfo = { name: 'x', type: 'float32', dims: [-1, 2] }
const tensor = () => ({ type: 'float32', dims: [1, 2], data: new Float32Array(2) })
const wrongTensors = [
  { type: 'float32', dims: [1, 2] },
  { type: 'float32', dims: 5, data: new Float32Array(2) },
  { type: 'float32', dims: [1, 'two'], data: new Float32Array(2) },
  { type: 'float32', dims: [1, 2], data: [1, 2] },
  { type: 'float32', dims: [1, 3], data: new Float32Array(3) },
  { type: 'float', dims: [1, 2], data: new Float32Array(2) },
  { type: 'int32', dims: [1, 2], data: new Int32Array(2) },
]
const row = (call: Misusable['call'], fields: Readonly<Record<string, Argument>>): Misusable => ({
  call,
  arguments: fields,
})
const feed = called(/x/, made(tensor, ...wrongTensors))
const between = 'carries what has been checked between backends and their workers'
const checks = 'is a check itself, of anything'

describeMisuse(
  '@fastflow/core/backend',
  backend,
  {
    checkCall: row(
      (feeds: never, given: never) => backend.checkCall([info], [{ ...info, name: 'y' }], feeds, given),
      {
        feeds: called(
          /feeds|five|\b[xz]\b/,
          made(() => ({ x: tensor() }), {}, { y: tensor() }, { x: tensor(), z: tensor() }),
        ),
        options: options({
          fetches: optional(
            called(
              /fetches|^[5x]$/,
              made(() => ['y'], [], ['x'], 'y'),
            ),
          ),
          into: optional(
            called(
              /into|five|^[xy]$/,
              made(() => ({ y: tensor() }), { x: tensor() }, ...wrongTensors.map((y) => ({ y }))),
            ),
          ),
        }),
      },
    ),
    'checkCall.feed': row((x: never) => backend.checkCall([info], [], { x }, {}), { x: feed }),
    castTensor: row(backend.castTensor, {
      tensor: called(
        /tensor/,
        made(
          tensor,
          ...wrongTensors.filter(({ data }) => !(data instanceof Int32Array) && data?.length !== 3),
          { ...tensor(), dims: [3] },
        ),
      ),
      type: only([], 'int64', 'float', 'string'),
    }),
    checkPolicyKey: row(backend.checkPolicyKey, { key: only(['text'], 'a-key', '', 'A', 'a b') }),
    externalDataLocations: row(backend.externalDataLocations, {
      model: made(() => Uint8Array.of(0x3a, 0), new Float32Array(4)),
    }),
    externalDataOf: row(backend.externalDataOf, {
      model: made(() => Uint8Array.of(0x3a, 0), new Float32Array(4)),
    }),
    fromFloat16: row(backend.fromFloat16, {
      bits: made(() => new Uint16Array(2), new Float32Array(2)),
      out: optional(made(() => new Float32Array(2), new Float32Array(3), new Uint16Array(2))),
    }),
    policyText: row(backend.policyText, {
      document: only(['null', 'number', 'text', 'flag', 'list', 'object'], {}),
    }),
    toFloat16: row(backend.toFloat16, {
      values: only(['list'], [5]),
      out: optional(made(() => new Uint16Array(1), new Uint16Array(3), new Float32Array(1))),
    }),
  },
  {
    createPace: 'is handed what its caller looks at, by our own packages',
    checkShape: between,
    layOut: between,
    layOutFeeds: between,
    pack: between,
    packFeeds: between,
    unpack: between,
    unpackOutputs: between,
    arrayOf: between,
    bytesOf: between,
    elementCount: between,
    isTensorType: between,
    shapeText: between,
    outdatedRuntime: between,
    staysInside: between,
    throwIfAborted: between,
    decodeUtf8: 'is handed bytes that were read, by our own packages',
    shown: 'shows anything',
    checkOptions: checks,
    checkCallback: checks,
    checkFlag: checks,
    checkFrontier: checks,
    checkFunction: checks,
    checkMethods: checks,
    checkNumber: checks,
    checkNumbers: checks,
    checkOneOf: checks,
    checkLoadOptions: checks,
    checkPolicy: checks,
    checkPositive: checks,
    checkShare: checks,
    checkSignal: checks,
    checkText: checks,
    checkWhole: checks,
    isNumbers: checks,
    isSequence: checks,
  },
)
