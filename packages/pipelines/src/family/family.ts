import type { ConfigFile, LoadOptions, ModelFolder } from '@fastflow/core'
import type { TaskModel } from '../task/task-model.ts'
import type { Parts } from './parts.ts'

/** A folder that a family is asked to make a model of. */
export interface FamilySource {
  readonly folder: ModelFolder
  /** `model_index.json`. */
  readonly index: ConfigFile
  /** Networks of the folder, loaded when they are needed. */
  readonly parts: Parts
  readonly options: LoadOptions
}

/** A kind of model: which folders it reads, and what it makes of them. */
export interface Family {
  /** Values of `_class_name` in `model_index.json`. */
  readonly classNames: readonly string[]
  /**
   * Reads the configs of a folder and says how its networks are run. Networks it opens through `source.parts` are freed by
   * these; those it loads itself by the model's `dispose`.
   *
   * @throws FastFlowError `model-not-found`, `model-unreadable` or `model-mismatch` naming the file, `unsupported`.
   */
  open(source: FamilySource): Promise<TaskModel>
}

/** Whether `model_index.json` names a part; Diffusers writes `[null, null]` for one that was left out. */
export function hasPart(index: ConfigFile, name: string): boolean {
  const { value } = index.at(name)
  return Array.isArray(value) ? value.some((entry) => entry !== null) : index.has(name)
}
