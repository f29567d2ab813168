import { invalidArgument } from '@fastflow/core'
import { checkCallback, checkOptions, checkSignal, checkText, type OptionNames } from '@fastflow/core/backend'
import { checkName } from './names.ts'

/** How far adding a model is. */
export interface AddProgress {
  /** The file that comes in. */
  readonly file: string
  /** Bytes of the model that are there. */
  readonly loaded: number
  /** Bytes there will be; undefined while nobody has said. */
  readonly total: number | undefined
}

export interface AddModelOptions {
  /** The folder of models to add to. It is made where it is missing. */
  readonly folder: string
  /** What the model is to be called there. Default: what its source calls it, e.g. `emoji` for `@fastflow/models-emoji`. */
  readonly name?: string
  /** SHA-256, hex, that the tarball or the manifest has to have. Packages have the digest that their registry says anyway. */
  readonly sha256?: string
  /** Address of the registry of packages. Default: that of npm's settings. */
  readonly registry?: string
  /** What relative paths begin at. Default: the working folder of the process. */
  readonly cwd?: string
  readonly signal?: AbortSignal
  /** Called at most ten times a second, and when a file is there. */
  readonly onProgress?: (progress: AddProgress) => unknown
}

const addNames: OptionNames<AddModelOptions> = {
  folder: true,
  name: true,
  sha256: true,
  registry: true,
  cwd: true,
  signal: true,
  onProgress: true,
}

/** @throws FastFlowError `invalid-argument` naming the option. */
export function checkAdd(options: AddModelOptions): void {
  checkOptions('options', options, addNames)
  const { folder, registry, cwd, sha256 } = options
  checkText('folder', folder, 'the path of a folder of models')
  if (options.name !== undefined) checkName(options.name)
  if (registry !== undefined) checkText('registry', registry, 'the address of a registry')
  if (cwd !== undefined) checkText('cwd', cwd, 'the path of a folder')
  if (sha256 !== undefined && !(typeof sha256 === 'string' && /^[0-9a-f]{64}$/i.test(sha256)))
    throw invalidArgument('sha256', 'is no SHA-256 in hex; give 64 digits')
  checkSignal(options.signal)
  checkCallback('onProgress', options.onProgress, '(progress) => ...')
}
