import { called, describeMisuse, made, only } from '@fastflow/testkit'
import * as provider from '../src/index.ts'

const pipe = { generate: async () => {} } as never
const remote = { baseURL: 'http://127.0.0.1:1/v1' }
const fastflow = provider.createFastFlow(remote)

describeMisuse('@fastflow/ai-provider', provider, {
  createFastFlow: {
    call: provider.createFastFlow,
    arguments: {
      options: called(
        /options|pipelines|baseURL|apiKey|headers|fetch|five|url/,
        made(
          () => ({ pipelines: { a: pipe } }),
          null,
          undefined,
          {},
          { pipelines: undefined },
          { pipelines: [] },
          { pipelines: { a: {} } },
          { pipelines: {}, baseURL: 'http://x' },
          { baseURL: '' },
          { baseURL: 'file:///x' },
          { ...remote, apiKey: '' },
          { ...remote, apiKey: 1 },
          { ...remote, headers: { a: 1 } },
          { ...remote, fetch: 'global' },
          { ...remote, url: 'x' },
        ),
      ),
    },
  },
  'FastFlowProvider.image': { call: fastflow.image, arguments: { modelId: only(['text'], 'emoji', '') } },
})
