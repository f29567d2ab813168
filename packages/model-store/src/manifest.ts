import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type JsonField, type JsonSource, readJson } from '@fastflow/core'
import { checkText, staysInside } from '@fastflow/core/backend'
import { digestOfFile } from './digest.ts'
import { isSystemError, notFound } from './errors.ts'

/** Where a folder of the web has it, and a folder on disk that is to be offered there. */
export const MANIFEST_FILE = 'manifest.json'

/** More than the largest model folders have. */
const MOST_FILES = 10_000

export interface ManifestFile {
  /** From the folder of the manifest on, with slashes. */
  readonly path: string
  readonly bytes: number
  /** Hex, lower case. */
  readonly sha256: string
}

/** What a folder of the web holds: it has no list of its own, and a file that was cut off looks like any other. */
export interface ModelManifest {
  readonly version: 1
  /** What the model is to be called. */
  readonly name: string
  readonly files: readonly ManifestFile[]
}

/**
 * The manifest of a folder that is to be offered on the web: write it to `manifest.json` there.
 *
 * @param name what the model is to be called.
 * @throws FastFlowError `invalid-argument`, `model-not-found`.
 */
export async function modelManifest(folder: string, name: string): Promise<ModelManifest> {
  checkText('folder', folder, 'the path of a model folder')
  checkText('name', name, 'the name of the model')
  const found = await filesIn(folder).catch((cause: unknown) => {
    if (!isSystemError(cause)) throw cause
    throw notFound(
      'folder',
      `folder: ${folder} cannot be read (${cause.code}); give the path of a model folder`,
      cause,
    )
  })
  const paths = found.filter((path) => path !== MANIFEST_FILE)
  const files: ManifestFile[] = []
  for (const path of paths) {
    const { size } = await stat(join(folder, path))
    files.push({ path, bytes: size, sha256: (await digestOfFile(join(folder, path), 'sha256')).hex })
  }
  return { version: 1, name, files }
}

/** Files below a folder, links followed, hidden ones left out, in the order of their paths. */
export async function filesIn(folder: string): Promise<readonly string[]> {
  const found: string[] = []
  for (const name of (await readdir(folder)).sort()) {
    if (name.startsWith('.')) continue
    const about = await stat(join(folder, name))
    if (about.isFile()) found.push(name)
    if (about.isDirectory())
      for (const path of await filesIn(join(folder, name))) found.push(`${name}/${path}`)
  }
  return found
}

/**
 * Reads a manifest nobody vouches for.
 *
 * @param place where it is from, for errors.
 * @throws FastFlowError `model-unreadable` naming the part.
 */
export function readManifest(content: unknown, place: string): ModelManifest {
  const source: JsonSource = {
    code: 'model-unreadable',
    name: MANIFEST_FILE,
    place: `${place}:`,
    fix: 'ask who offers the model; "fastflow models manifest DIR" writes one',
  }
  const root = readJson(content, source)
  root.at('version').oneOf([1], { open: true })
  const entries = root.at('files').items()
  if (entries.length === 0 || entries.length > MOST_FILES)
    throw root.at('files').wrong(`has ${entries.length} files, not 1 to ${MOST_FILES}`)
  const files = entries.map(readFile)
  const taken = new Set<string>()
  for (const [k, { path }] of files.entries()) {
    // The same file on disks that do not tell A from a.
    if (taken.has(path.toLowerCase())) throw entries[k]!.at('path').wrong('is there twice')
    taken.add(path.toLowerCase())
  }
  return { version: 1, name: root.at('name').text({ otherwise: '' }), files }
}

function readFile(entry: JsonField): ManifestFile {
  const path = entry.at('path').text()
  if (!staysInside(path) || path.includes('\\') || /(^|\/)(\.|$)/.test(path))
    throw entry.at('path').wrong('leaves the folder of the model, or is hidden in it')
  const sha256 = entry.at('sha256').text().toLowerCase()
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw entry.at('sha256').wrong('is no SHA-256 in hex')
  return { path, bytes: entry.at('bytes').whole(), sha256 }
}
