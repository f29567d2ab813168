import { FastFlowError, invalidArgument, type TensorInfo } from '@fastflow/core'
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
import { describe, expect, it } from 'vitest'

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
const fields = 'reads or writes parts of a file that has been checked, for our own packages'

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
    modelPorts: row(backend.modelPorts, {
      model: made(() => Uint8Array.of(0x3a, 0), new Float32Array(4)),
    }),
    nearest: row(backend.nearest, {
      name: only(['text'], 'seeds'),
      known: made(() => ['seed'], 5, ['a', 5]),
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
    sparingly: 'is handed a checked callback, by our own packages',
    fieldsOf: fields,
    joinFields: fields,
    nestedField: fields,
    textField: fields,
    wholeField: fields,
    wholesField: fields,
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
    readArgument: checks,
    checkOptions: checks,
    checkAsked: checks,
    checkContext: checks,
    checkJump: checks,
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

describe('a name that is no text does not hide what is wrong', () => {
  const field = Symbol('field') as never
  const policy = { init: () => 0, decide: () => 0, observe: () => 0, finish: () => 0, depth: 0 }
  const calls: Readonly<Record<string, () => unknown>> = {
    invalidArgument: () => {
      throw invalidArgument(field, 'is wrong')
    },
    'invalidArgument of an object': () => {
      throw invalidArgument(Object.create(null), 'is wrong')
    },
    checkCallback: () => backend.checkCallback(field, 5, 'a function'),
    checkFlag: () => backend.checkFlag(field, 5),
    checkFrontier: () => backend.checkFrontier(field, 5),
    checkFunction: () => backend.checkFunction(field, 5, 'a function'),
    checkMethods: () => backend.checkMethods(field, {}, ['run'], 'a runner'),
    checkNumber: () => backend.checkNumber(field, '5', 0),
    checkNumbers: () => backend.checkNumbers(field, 5, 'numbers'),
    checkOneOf: () => backend.checkOneOf(field, 5, ['five']),
    'checkOptions, an unknown one': () => backend.checkOptions(field, { five: 5 }, {}),
    'checkPolicy, needs': () => backend.checkPolicy(field, policy),
    'checkPolicy, an unknown need': () => backend.checkPolicy(field, { ...policy, needs: ['five'] }),
    'checkPolicy, depth': () => backend.checkPolicy(field, { ...policy, needs: [], depth: -1 }),
    checkPositive: () => backend.checkPositive(field, 0),
    checkShare: () => backend.checkShare(field, 5),
    checkShape: () => backend.checkShape(field, { type: 'int32', dims: [1, 2], length: 2 }, info),
    'checkShape, sizes that are none': () =>
      backend.checkShape('x', { type: 'float32', dims: [field, 2], length: 2 }, info),
    checkText: () => backend.checkText(field, 5, 'a text'),
    checkWhole: () => backend.checkWhole(field, 0.5, 0),
    readArgument: () => backend.readArgument(field, {}, 'a document').at('five').text(),
  }
  it.each(Object.entries(calls))('%s', (_, call) => {
    expect(call).toThrow(FastFlowError)
  })
})
