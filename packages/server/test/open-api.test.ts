import type { Pipeline } from '@fastflow/pipelines'
import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, it } from 'vitest'
import { serving, tiny } from './support/serving.ts'

it('the OpenAPI document is valid, and names every route', async () => {
  const words: Pipeline = await tiny('words')
  {
    await using live = await serving({ models: { words } })
    const served = await (await fetch(`${live.base}/openapi.json`)).json()
    expect(served).toEqual(JSON.parse(JSON.stringify(live.server.openApi())))
    const { valid, errors } = await new Validator().validate(
      structuredClone(served) as Record<string, unknown>,
    )
    expect({ valid, errors: errors ?? [] }).toEqual({ valid: true, errors: [] })
    expect(Object.keys((served as { paths: object }).paths).sort()).toEqual([
      '/livez',
      '/metrics',
      '/readyz',
      '/v1/files/{name}',
      '/v1/images/edits',
      '/v1/images/generations',
      '/v1/jobs',
      '/v1/jobs/{id}',
      '/v1/jobs/{id}/events',
      '/v1/models',
      '/v1/models/{model}',
      '/v1/policies/{digest}',
      '/v1/videos',
      '/v1/videos/{id}',
      '/v1/videos/{id}/content',
    ])
  }
  await words.dispose()
})
