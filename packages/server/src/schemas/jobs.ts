import { editBody, generationBody, type Schema, videoBody } from './request-fields.ts'

const of = (endpoint: string, body: Schema): Schema => ({
  type: 'object',
  additionalProperties: false,
  required: ['endpoint', 'body'],
  properties: { endpoint: { const: endpoint }, body },
})

/** What is submitted: a request, and where it would have gone. */
export const jobBodies: Schema = {
  type: 'object',
  required: ['endpoint', 'body'],
  discriminator: { propertyName: 'endpoint' },
  oneOf: [
    of('/v1/images/generations', generationBody),
    of('/v1/images/edits', editBody),
    of('/v1/videos', videoBody),
  ],
}

export const idParams: Schema = {
  type: 'object',
  required: ['id'],
  properties: { id: { type: 'string', pattern: '^[a-z0-9][a-z0-9-]{0,127}$' } },
}
