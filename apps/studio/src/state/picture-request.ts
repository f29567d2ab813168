import type { CatalogModel } from '../engine/catalog.ts'
import type { ModelAbout } from '../engine/protocol.ts'
import type { Settings, Source } from './settings.ts'

/** What a picture is made of, as it stood when it was asked for: nothing that is set later changes it. */
export interface PictureRequest {
  /** Names the request and what comes of it. */
  readonly id: string
  readonly model: CatalogModel
  readonly about: ModelAbout
  /** The class or the prompt. */
  readonly subject: string
  readonly source: Source | undefined
  readonly settings: Settings
  /** Names the full run this is compared with: everything it depends on. */
  readonly key: string
}
