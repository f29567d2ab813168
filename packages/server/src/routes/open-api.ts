import { readFileSync } from 'node:fs'
import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'

const { version }: { version: string } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
)

/** How the document at `/openapi.json` is made of the schemas of the routes. */
export const openApi: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'FastFlow',
      version,
      description:
        'Images and clips of flow-matching models, with as few evaluations as their quality allows.',
    },
    components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
    security: [{ key: [] }],
  },
  refResolver: {
    buildLocalReference: ({ $id }, _, __, k) => (typeof $id === 'string' ? $id : `def-${k}`),
  },
}
