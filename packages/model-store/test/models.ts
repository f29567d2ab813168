import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { create } from 'tar'
import { onTestFinished } from 'vitest'
import type { ModelManifest } from '../src/index.ts'
import { type Route, sha256 } from './serve.ts'

export type Files = Readonly<Record<string, string | Uint8Array>>

/** Large enough to come in several pieces. */
export const network: Uint8Array = Uint8Array.from({ length: 300_000 }, (_, k) => (k * 2_654_435_761) >>> 24)

export const cups: Files = {
  'transformer/model.onnx': network,
  'model_index.json': '{"_class_name":"Cups"}',
  'README.md': '',
}

export function manifestOf(files: Files, name = 'cups'): ModelManifest {
  const entries = Object.entries(files).map(([path, content]) => ({
    path,
    bytes: content.length,
    sha256: sha256(content),
  }))
  return { version: 1, name, files: entries }
}

/** A folder of the web that offers a model. */
export function routesOf(files: Files, manifest: unknown = manifestOf(files)): Record<string, Route> {
  const routes = Object.entries(files).map(([path, content]) => [`/cups/${path}`, content])
  return { '/cups/manifest.json': JSON.stringify(manifest), ...Object.fromEntries(routes) }
}

export async function temporary(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fastflow-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export async function write(folder: string, files: Files): Promise<string> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
  return folder
}

/** A tarball as npm makes them: everything in a folder `package`. */
export async function tarball(files: Files): Promise<Buffer> {
  const folder = await temporary()
  await write(join(folder, 'package'), files)
  await create({ gzip: true, cwd: folder, file: join(folder, 'a.tgz') }, ['package'])
  return readFile(join(folder, 'a.tgz'))
}

/** Paths of all that lies below a folder, hidden files too. */
export async function everything(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort()
}
