import { invalidArgument } from '@fastflow/core'
import { mismatch } from '../errors.ts'
import { nameFrom } from '../names.ts'
import type { AddModelOptions } from '../options.ts'
import type { Source } from '../source.ts'
import { tarballOf } from '../web/npm.ts'
import type { Content } from './content.ts'
import { contentOfFolder } from './folder.ts'
import { contentOfManifest } from './manifest.ts'
import { contentOfArchive, contentOfTarball } from './tarball.ts'

/** What a source offers. @throws FastFlowError `model-not-found`, `model-unreadable`, `model-mismatch`, `invalid-argument`, `aborted`. */
export async function contentOf(
  source: Source,
  { sha256: given, registry, signal }: AddModelOptions,
): Promise<Content> {
  const sha256 = given?.toLowerCase()
  switch (source.kind) {
    case 'archive':
      return contentOfArchive(source.path, sha256)
    case 'tarball':
      return contentOfTarball(source.url, { ...(sha256 && { digest: { algorithm: 'sha256', hex: sha256 } }) })
    case 'manifest': {
      const content = await contentOfManifest(source.url, signal)
      if (sha256 === undefined || content.digest === `sha256:${sha256}`) return content
      throw mismatch('sha256', `sha256: the manifest is ${content.digest}, not ${sha256}; check both`)
    }
    default:
      if (sha256 !== undefined)
        throw invalidArgument('sha256', 'goes with tarballs and manifests; leave it out here')
  }
  if (source.kind === 'folder') return contentOfFolder(source.path)
  const { version, url, digest } = await tarballOf(source.name, source.version, registry, signal)
  return contentOfTarball(url, {
    name: nameFrom(source.name),
    source: `${source.name}@${version}`,
    digest,
  })
}
