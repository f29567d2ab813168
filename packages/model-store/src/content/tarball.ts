import { mkdir, rm } from 'node:fs/promises'
import { type Digest, digestOf, digestOfFile, digestText } from '../digest.ts'
import { mismatch } from '../errors.ts'
import { nameFrom } from '../names.ts'
import { download } from '../web/download.ts'
import { withoutSecrets } from '../web/without-secrets.ts'
import type { Content } from './content.ts'
import { unpack } from './unpack.ts'

interface TarballOptions {
  readonly name?: string
  readonly source?: string
  readonly digest?: Digest | undefined
}

/** A tarball of the web, such as one of npm. */
export function contentOfTarball(url: URL, { name, source, digest }: TarballOptions = {}): Content {
  const shown = withoutSecrets(url)
  return {
    name: name ?? nameFrom(url.pathname),
    source: source ?? shown,
    key: (digest ?? digestOf(url.href)).hex.slice(0, 16),
    ...(digest && { digest: digestText(digest) }),
    async fill(folder, { signal, onProgress }) {
      const file = url.pathname.split('/').at(-1)!
      const archive = `${folder}.tgz`
      const onBytes = (loaded: number, total: number | undefined): void => onProgress({ file, loaded, total })
      await download({ url, file, ...(digest && { digest }) }, archive, { signal, onBytes })
      const found = digest ?? (await digestOfFile(archive, 'sha256', signal))
      await unpackAnew(archive, folder, source ?? shown)
      await rm(archive, { force: true })
      return digestText(found)
    },
  }
}

/** A tarball on disk. @throws FastFlowError `model-mismatch` for another digest than the wanted. */
export function contentOfArchive(path: string, sha256: string | undefined): Content {
  return {
    name: nameFrom(path),
    source: path,
    key: digestOf(path).hex.slice(0, 16),
    async fill(folder, { signal }) {
      const { hex } = await digestOfFile(path, 'sha256', signal)
      if (sha256 !== undefined && sha256 !== hex)
        throw mismatch('sha256', `sha256: ${path} is ${hex}, not ${sha256}; check both`)
      await unpackAnew(path, folder, path)
      return digestText({ algorithm: 'sha256', hex })
    },
  }
}

async function unpackAnew(archive: string, folder: string, source: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await unpack(archive, folder, source)
}
