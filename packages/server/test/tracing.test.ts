import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

interface Span {
  readonly name: string
  readonly attributes: Readonly<Record<string, unknown>>
  readonly parent: string | undefined
  readonly spanId: string
  readonly traceId: string
}

it('spans of a request and of its job are one trace, below that of the client, without the prompt', async () => {
  const [traceId, above] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331']
  const file = fileURLToPath(new URL('support/traced.mjs', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [file, `00-${traceId}-${above}-01`])
  const spans: readonly Span[] = JSON.parse(stdout)
  const job = spans.find(({ name }) => name === 'fastflow.job')!
  const [asked, refused, ...more] = spans.filter(({ name }) => name === 'fastflow.request')
  expect([spans.length, more]).toEqual([3, []])
  expect(asked).toMatchObject({
    traceId,
    parent: above,
    attributes: {
      'http.route': '/v1/images/generations',
      'http.request.method': 'POST',
      'http.response.status_code': 200,
    },
  })
  expect(job).toMatchObject({
    traceId,
    parent: asked!.spanId,
    attributes: {
      'fastflow.model': 'words',
      'fastflow.outcome': 'completed',
      'fastflow.steps': 12,
      'fastflow.evaluated': expect.any(Number),
    },
  })
  expect(refused!.attributes['http.response.status_code']).toBe(400)
  expect(stdout).not.toContain('green')
})
