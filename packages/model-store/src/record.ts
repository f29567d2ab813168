import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type JsonSource, readJson } from '@fastflow/core'

/** What an added model says of itself. */
export const RECORD_FILE = '.fastflow.json'

/** A model that was added to a folder of models. */
export interface AddedModel {
  readonly name: string
  /** Its own folder. */
  readonly folder: string
  /** What it was added from: a package and its version, an address or a path. */
  readonly source: string
  /** Of the tarball or the manifest, `sha256:` or `sha512:` and hex digits. */
  readonly digest: string
  /** Of all its files. */
  readonly bytes: number
}

export type ModelRecord = Omit<AddedModel, 'folder' | 'name'>

export function recordText(record: ModelRecord): string {
  return `${JSON.stringify({ version: 1, ...record }, null, 2)}\n`
}

/** What is known of a model in `folder`; undefined where it was not added, or nothing lies there. */
export async function readRecord(folder: string): Promise<ModelRecord | undefined> {
  const content = await readFile(join(folder, RECORD_FILE)).catch(() => undefined)
  if (content === undefined) return undefined
  const source: JsonSource = {
    code: 'model-unreadable',
    name: RECORD_FILE,
    place: `${join(folder, RECORD_FILE)}:`,
    fix: 'remove the model and add it again',
  }
  const root = readJson(content, source)
  root.at('version').oneOf([1], { open: true })
  return {
    source: root.at('source').text(),
    digest: root.at('digest').text(),
    bytes: root.at('bytes').whole(),
  }
}
