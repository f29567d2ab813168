import { float32Space, memoryJournal, memoryPolicyStore } from '@fastflow/core'
import {
  describePolicyStore,
  describeUpdateJournal,
  describeVectorSpace,
  float64Space,
} from '@fastflow/testkit'
import { describe, expect, it } from 'vitest'

describeVectorSpace('float32', float32Space, { from: (values) => Float32Array.from(values), read: (x) => x })

describeVectorSpace('float64', float64Space, {
  from: (values) => Float64Array.from(values),
  read: (x) => x,
  epsilon: 2 ** -53,
})

describePolicyStore('memory', memoryPolicyStore)
describeUpdateJournal('memory', memoryJournal)

describe('float32Space', () => {
  it('names what does not fit when a vector has another size', () => {
    const out = new Float32Array(4)
    const terms = [{ weight: 1, vector: new Float32Array(3) }]
    expect(() => float32Space.linearCombination(out, terms)).toThrow('vector: has 3 values, the state 4')
  })
})
