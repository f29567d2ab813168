import { describeVectorSpace } from '@fastflow/testkit'
import { afterAll } from 'vitest'
import { createPool } from '../src/pool.ts'

// Here and not in a hook: suites are made while the file is read.
const lease = await createPool({ executionProviders: ['webgpu'] }).acquire()
afterAll(() => lease.release())
const { space, upload, download } = lease.host.vectors!

describeVectorSpace('WebGPU', space, {
  from: (values) => upload(Float32Array.from(values)),
  read: download,
})
