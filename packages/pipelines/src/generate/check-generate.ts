import { checkCallback } from '@fastflow/core/backend'
import type { GenerateOptions } from './options.ts'

/** What a call of `generate` is told of beyond what a flow is made of. */
export function checkGenerate({ onStep, onImage, clock }: GenerateOptions): void {
  checkCallback('onStep', onStep, '(event) => ...')
  checkCallback('onImage', onImage, '(image) => ...')
  checkCallback('clock', clock, '() => performance.now()')
}
