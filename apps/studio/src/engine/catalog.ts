import type { Task } from '@fastflow/pipelines'

/** One model that comes with this build; written by `vite/shipped-models.ts`. */
export interface CatalogModel {
  /** Name of its folder. */
  readonly name: string
  readonly title: string
  readonly task: Task
  /** Where it lies, relative to the page. */
  readonly location: string
  /** Size of its networks. */
  readonly bytes: number
  /** Paths of its files, relative to the folder. */
  readonly files: readonly string[]
}

/** `models.json`. */
export interface Catalog {
  readonly models: readonly CatalogModel[]
  /** The network that tells how different two pictures look. */
  readonly perceptual: Pick<CatalogModel, 'location' | 'files'>
}
