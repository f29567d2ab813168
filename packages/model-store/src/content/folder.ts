import { constants, copyFile, mkdir, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { throwIfAborted } from '@fastflow/core/backend'
import { digestOf, digestText } from '../digest.ts'
import { mismatch } from '../errors.ts'
import { MANIFEST_FILE, type ModelManifest, modelManifest, readManifest } from '../manifest.ts'
import { nameFrom } from '../names.ts'
import type { Content } from './content.ts'

/**
 * A folder on disk, which is copied: where the file system can share the content of two files, it does. What its manifest says of
 * its files has to be so, where it has one.
 *
 * @throws FastFlowError `model-mismatch` naming the file, `model-unreadable` for a damaged manifest.
 */
export async function contentOfFolder(path: string): Promise<Content> {
  const own = await modelManifest(path, nameFrom(path))
  const text = await readFile(join(path, MANIFEST_FILE)).catch(() => undefined)
  const said = text && readManifest(text, join(path, MANIFEST_FILE))
  if (said) checkSame(path, own, said)
  const digest = digestOf(JSON.stringify(own.files))
  const bytes = own.files.reduce((sum, file) => sum + file.bytes, 0)
  return {
    name: said?.name || own.name,
    source: path,
    key: digest.hex.slice(0, 16),
    digest: digestText(digest),
    bytes,
    async fill(folder, { signal, onProgress }) {
      await rm(folder, { recursive: true, force: true })
      let loaded = 0
      for (const file of own.files) {
        throwIfAborted(signal, 'adding a model')
        await mkdir(dirname(join(folder, file.path)), { recursive: true })
        await copyFile(join(path, file.path), join(folder, file.path), constants.COPYFILE_FICLONE)
        loaded += file.bytes
        onProgress({ file: file.path, loaded, total: bytes })
      }
      return digestText(digest)
    },
  }
}

function checkSame(folder: string, own: ModelManifest, said: ModelManifest): void {
  const found = new Map(own.files.map((file) => [file.path, file]))
  for (const { path, sha256 } of said.files) {
    const there = found.get(path)
    if (there?.sha256 === sha256) continue
    const problem = there === undefined ? 'is missing' : `is sha256:${there.sha256}, not sha256:${sha256}`
    throw mismatch(path, `${path} of ${folder} ${problem}; restore it, or write a new ${MANIFEST_FILE}`)
  }
}
