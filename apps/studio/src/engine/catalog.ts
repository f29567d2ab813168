import type { Task } from '@fastflow/pipelines'

/** One model that comes with this build; written by `vite/shipped-models.ts`. */
export interface CatalogModel {
  /** Name of its folder. */
  readonly name: string
  readonly title: string
  readonly task: Task
  /** Where it lies; in `models.json` relative to the page. */
  readonly location: string
  /** Size of its networks. */
  readonly bytes: number
  /** Paths of its files, relative to the folder. */
  readonly files: readonly string[]
}

/** `models.json`; read, its locations are whole addresses. */
export interface Catalog {
  readonly models: readonly CatalogModel[]
  /** The network that tells how different two pictures look. */
  readonly perceptual: Pick<CatalogModel, 'location' | 'files'>
}

/** Reads the catalog beside the page. @throws Error that says what the server answered. */
export async function readCatalog(): Promise<Catalog> {
  const response = await fetch('models.json')
  if (!response.ok) throw new Error(`the server answered ${response.status}`)
  const { models, perceptual } = (await response.json()) as Catalog
  return { models: models.map(located), perceptual: located(perceptual) }
}

function located<Folder extends { readonly location: string }>(folder: Folder): Folder {
  return { ...folder, location: new URL(folder.location, document.baseURI).href }
}
