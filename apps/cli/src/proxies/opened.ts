import type { QualityProxy } from '@fastflow/core'

export interface OpenProxy {
  readonly proxy: QualityProxy
  /** Frees what it loaded. */
  dispose(): Promise<void>
}
