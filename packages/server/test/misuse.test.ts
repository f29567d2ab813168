import { memoryJournal, memoryPolicyStore } from '@fastflow/core'
import { describeMisuse, type Misusable, made, only, optional, options, real, whole } from '@fastflow/testkit'
import * as server from '../src/index.ts'

const pipe = { generate: async () => ({}), planKey: () => ({}) }
const sha256 = '0'.repeat(64)
const queue = await server.memoryQueue()
const callback = optional(only(['function'], () => undefined))

const row = (call: Misusable['call'], fields: Misusable['arguments']): Misusable => ({
  call,
  arguments: fields,
})

describeMisuse('@fastflow/server', server, {
  createServer: row(async (given: server.ServerOptions) => (await server.createServer(given)).close(0), {
    options: options({
      models: made(() => ({ words: pipe }), {}, { words: null }, { words: { generate: 1 } }, { words: 5 }),
      queue: optional(made(() => queue, {})),
      blobs: optional(made(() => server.memoryBlobs(), {})),
      store: optional(made(() => memoryPolicyStore(), {})),
      keys: optional(
        made(() => [{ id: 'me', sha256 }], [{ id: '', sha256 }], [{ id: 'me', sha256: 'x' }], [5]),
      ),
      limits: optional(
        made(() => ({ images: 2 }), { images: 0 }, { seconds: -1 }, { pixels: 1.5 }, { more: 1 }),
      ),
      accelerate: optional(made(() => 'off', 'fast', {}, { method: 'custom' })),
      measure: optional(made(() => ({}), { psnr: 1 })),
      moderate: callback,
      once: callback,
      work: optional(whole(0, 65)),
      keepSeconds: optional(real(60, 0)),
      publicUrl: optional(only(['text'], 'https://images.example.com', '')),
      log: optional(only(['flag'], false, 'loud', { level: 5 }, { stream: {} })),
    }),
  }),
  folderBlobs: row(server.folderBlobs, { folder: only(['text'], 'files', '') }),
  memoryBlobs: row(server.memoryBlobs, {}),
  memoryQueue: row(server.memoryQueue, {
    options: optional(
      options({
        limit: optional(whole(4, 0, 100_001)),
        journal: optional(made(() => memoryJournal(), {}, { append: 1 })),
        keepSeconds: optional(real(60, 0)),
        onNote: callback,
      }),
    ),
  }),
  parseKeys: row(server.parseKeys, {
    text: { ...only([], `me ${sha256}`, '', 'me', `me ${sha256} more`), named: /text|keys/ },
  }),
})
