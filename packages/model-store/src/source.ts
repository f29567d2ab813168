import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { invalidArgument } from '@fastflow/core'
import { checkText } from '@fastflow/core/backend'
import { notFound } from './errors.ts'
import { packageName } from './names.ts'

/** Where a model comes from. */
export type Source =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'archive'; readonly path: string }
  | { readonly kind: 'manifest'; readonly url: URL }
  | { readonly kind: 'tarball'; readonly url: URL }
  | { readonly kind: 'package'; readonly name: string; readonly version: string }

const archive = /\.(tgz|tar\.gz|tar)$/i

/**
 * Reads what names a model: a path that is there, an http(s) address of a tarball, of a manifest or of the folder it is in, a
 * package with its scope, or a word for the package `@fastflow/models-WORD`.
 *
 * @param cwd what paths begin at.
 * @throws FastFlowError `invalid-argument`, `model-not-found`.
 */
export async function sourceOf(given: string, cwd: string): Promise<Source> {
  checkText('source', given, 'a package, an http(s) address or the path of a folder')
  if (/^https?:\/\//i.test(given)) return addressOf(given)
  if (/^(?!file:)[a-z][\w+.-]+:\/\//i.test(given))
    throw invalidArgument('source', `${given} is neither a path nor http(s)`)
  const path = /^file:\/\//i.test(given) && URL.canParse(given) ? fileURLToPath(given) : resolve(cwd, given)
  const found = await stat(path).catch(() => undefined)
  if (found) return { kind: found.isDirectory() ? 'folder' : 'archive', path }
  const named = packageName.exec(/^[a-z0-9][\w-]*(@|$)/.test(given) ? `@fastflow/models-${given}` : given)
  if (named) return { kind: 'package', name: named[1]!, version: named[2] ?? 'latest' }
  throw notFound(
    'source',
    `source: there is no ${given}; give a package, an http(s) address or the path of a folder`,
  )
}

function addressOf(given: string): Source {
  if (!URL.canParse(given)) throw invalidArgument('source', `${given} is no address`)
  const url = new URL(given)
  if (archive.test(url.pathname)) return { kind: 'tarball', url }
  if (!url.pathname.endsWith('.json')) url.pathname = `${url.pathname.replace(/\/+$/, '')}/manifest.json`
  return { kind: 'manifest', url }
}
