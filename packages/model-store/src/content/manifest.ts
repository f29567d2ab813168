import { join } from 'node:path'
import { digestOf, digestText } from '../digest.ts'
import { readManifest } from '../manifest.ts'
import { nameFrom } from '../names.ts'
import { download } from '../web/download.ts'
import { requestText } from '../web/http.ts'
import { withoutSecrets } from '../web/without-secrets.ts'
import type { Content } from './content.ts'

/** A folder of the web, by its manifest. @throws FastFlowError `model-not-found`, `model-unreadable`, `aborted`. */
export async function contentOfManifest(url: URL, signal: AbortSignal | undefined): Promise<Content> {
  const text = await requestText(url, 'application/json', signal)
  const source = withoutSecrets(url)
  const manifest = readManifest(text, source)
  const digest = digestOf(text)
  const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0)
  return {
    name: manifest.name || nameFrom(new URL('.', url).pathname),
    source,
    key: digest.hex.slice(0, 16),
    digest: digestText(digest),
    bytes,
    async fill(folder, { signal, onProgress }) {
      let before = 0
      for (const { path, bytes: size, sha256 } of manifest.files) {
        const wanted = {
          url: new URL(path.split('/').map(encodeURIComponent).join('/'), url),
          file: path,
          bytes: size,
          digest: { algorithm: 'sha256', hex: sha256 },
        } as const
        const onBytes = (loaded: number): void =>
          onProgress({ file: path, loaded: before + loaded, total: bytes })
        await download(wanted, join(folder, path), { signal, onBytes })
        before += size
      }
      return digestText(digest)
    },
  }
}
