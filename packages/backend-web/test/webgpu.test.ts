import { describeModelRunner } from '@fastflow/testkit'
import { fixture, sha256 } from './support/fixture.ts'
import { sharedWorker } from './support/pool.ts'
import { describeQuantised } from './support/quantised.ts'

// On SwiftShader: right, and very slow; everything here is tiny.

const create = sharedWorker({ executionProviders: ['webgpu'] })

describeModelRunner('WebGPU', {
  create,
  fixture,
  sha256,
  lacks: ['float16', 'float64', 'index-checks'],
  rounds: 20,
})

describeQuantised('WebGPU', create)
