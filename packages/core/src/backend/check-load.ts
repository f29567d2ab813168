import { checkOptions, type OptionNames } from '../check/options.ts'
import { checkCallback, checkFlag, checkSignal, checkWhole } from '../check/values.ts'
import type { LoadOptions } from '../ports/backend.ts'

export const loadNames: OptionNames<LoadOptions> = {
  threads: true,
  onProgress: true,
  mapWeights: true,
  signal: true,
}

/** Options of loading a network. @throws FastFlowError `invalid-argument` naming the option. */
export function checkLoadOptions(options: LoadOptions): void {
  checkOptions('options', options, loadNames)
  if (options.threads !== undefined) checkWhole('threads', options.threads, 1)
  checkFlag('mapWeights', options.mapWeights)
  checkCallback('onProgress', options.onProgress, '(progress) => ...')
  checkSignal(options.signal)
}
