import { checkCallback, checkMethods, checkOneOf } from '@fastflow/core/backend'
import { checkItems, checkPart, checkRunDefaults } from './check-arguments.ts'
import type { Part } from './parts.ts'

const tasks = ['text-to-image', 'image-editing', 'text-to-video']

/** Functions of a latent flow that may be left out. */
const callbacks = ['join', 'picture', 'feeds', 'timeTokens', 'check', 'preview']

/** A latent flow, as far as a model is made of it. @throws FastFlowError `invalid-argument` naming the part. */
export function checkFlow(flow: object): void {
  const needed = ['shape', 'baseline', 'guidance', 'encode', 'time', 'decode']
  const parts = checkMethods('flow', flow, needed, 'a LatentFlow')
  checkOneOf('flow.task', parts.task, tasks)
  checkRunDefaults('flow.defaults', parts.defaults as object)
  for (const name of ['options', 'roles', 'others', 'tokenizers']) checkItems(`flow.${name}`, parts[name])
  checkPart(parts.transformer as Part, 'flow.transformer')
  for (const [n, part] of (parts.others as readonly Part[]).entries()) checkPart(part, `flow.others[${n}]`)
  for (const name of callbacks) checkCallback(`flow.${name}`, parts[name], 'a function, or leave it out')
  if (parts.sign !== undefined) checkOneOf('flow.sign', parts.sign, [1, -1])
}
