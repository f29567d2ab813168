/// <reference path="./npm-conf.d.ts" />
import { type JsonSource, readJson } from '@fastflow/core'
import { checkText } from '@fastflow/core/backend'
import { type Digest, digestOfIntegrity } from '../digest.ts'
import { notFound } from '../errors.ts'
import { requestText } from './http.ts'

export interface PackageTarball {
  /** Exact. */
  readonly version: string
  readonly url: URL
  readonly digest: Digest
}

/**
 * The tarball of a package and its digest, as the registry says them.
 *
 * @param wanted a version, exact, or a tag such as `latest`.
 * @param registry address; by default the one that npm's settings name for the scope of the package.
 * @throws FastFlowError `model-not-found`, `model-unreadable`, `invalid-argument`.
 */
export async function tarballOf(
  name: string,
  wanted: string,
  registry: string | undefined,
  signal: AbortSignal | undefined,
): Promise<PackageTarball> {
  const base = baseOf(registry ?? (await configured(name)))
  const url = new URL(name.replace('/', '%2f'), base)
  const content = await requestText(url, 'application/vnd.npm.install-v1+json, application/json', signal)
  const source: JsonSource = {
    code: 'model-unreadable',
    name: 'registry',
    place: `${url.href}:`,
    fix: 'name another registry, or give the address of the tarball',
  }
  const root = readJson(content, source)
  const versions = root.at('versions')
  const tags = root.at('dist-tags')
  const version = Object.hasOwn(tags.record(), wanted) ? tags.at(wanted).text() : wanted
  if (!Object.hasOwn(versions.record(), version)) {
    const known = Object.keys(versions.record()).slice(-10).join(', ') || 'none'
    throw notFound('source', `source: ${name} has no version ${wanted}; the last are ${known}`)
  }
  const dist = versions.at(version).at('dist')
  const digest = digestOfIntegrity(dist.at('integrity').text())
  if (digest === undefined) throw dist.at('integrity').wrong('has no SHA-512')
  const tarball = dist.at('tarball').text()
  if (!/^https?:\/\//i.test(tarball) || !URL.canParse(tarball))
    throw dist.at('tarball').wrong('is no http(s) address')
  return { version, url: new URL(tarball), digest }
}

async function configured(name: string): Promise<string> {
  const { default: npmConf } = await import('@pnpm/npm-conf')
  const { config } = npmConf()
  const registry = config.get(`${name.split('/')[0]}:registry`) ?? config.get('registry')
  return typeof registry === 'string' ? registry : 'https://registry.npmjs.org/'
}

function baseOf(registry: string): URL {
  checkText('registry', registry, 'the address of a registry')
  const base = `${registry.replace(/\/+$/, '')}/`
  if (/^https?:\/\//i.test(base) && URL.canParse(base)) return new URL(base)
  throw notFound('registry', `registry: ${registry} is no http(s) address; give one, or set npm's "registry"`)
}
