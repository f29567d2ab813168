// A server in a program that registered a provider of OpenTelemetry; prints the spans of two requests. A process of its own: the
// packages' modules for bundlers, which tests would load, lack the file endings that Node asks for.
import { fileURLToPath } from 'node:url'
import { nodeBackend } from '@fastflow/backend-node'
import { loadPipeline } from '@fastflow/pipelines'
import { createServer } from '@fastflow/server'
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'

const exporter = new InMemorySpanExporter()
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
provider.register()
const folder = fileURLToPath(new URL('../../../testkit/fixtures/models/words/', import.meta.url))
const words = await loadPipeline(folder, { backend: nodeBackend({ threads: 1 }) })
const server = await createServer({ models: { words } })
const base = await server.listen({ port: 0 })
await server.ready()
for (const body of [{ prompt: 'red green' }, { prompt: 'red green', size: '17x16' }]) {
  const answer = await fetch(`${base}/v1/images/generations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent: process.argv[2] },
    body: JSON.stringify(body),
  })
  await answer.arrayBuffer()
}
await server.close(0)
await words.dispose()
const spans = exporter.getFinishedSpans().map(({ name, attributes, parentSpanContext }) => ({
  name,
  attributes,
  parent: parentSpanContext?.spanId,
}))
const ids = exporter.getFinishedSpans().map((span) => span.spanContext())
process.stdout.write(JSON.stringify(spans.map((span, k) => ({ ...span, ...ids[k] }))))
await provider.shutdown()
