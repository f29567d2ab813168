// Makes what manifests and CITATION.cff say of their origin follow scripts/identity.json: repository, homepage, bugs, author,
// funding (an address, or null for none) and what every published package has in common. `--check` fails where one differs; `--ready` where the repository is still
// the placeholder, which nothing may be published with.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { manifests, root } from './release/packages.mjs'

const { repository, author, funding } = JSON.parse(readFileSync(join(root, 'scripts/identity.json'), 'utf8'))
const common = ['flow-matching', 'diffusion', 'inference']
/** Files that belong into a tarball wherever the package has them; npm adds README, LICENSE and the manifest by itself. */
const documents = ['README.md', 'LICENSE', 'CHANGELOG.md', 'THIRD-PARTY-NOTICES.md', 'NOTICES']

function withIdentity(folder, manifest) {
  const keywords = [...new Set([...(manifest.keywords ?? []), ...common])]
  const next = {
    ...manifest,
    repository: { type: 'git', url: `git+${repository}.git`, directory: folder },
    homepage: `${repository}/tree/main/${folder}#readme`,
    bugs: `${repository}/issues`,
    author,
    funding: funding ?? undefined,
    keywords,
  }
  if (manifest.private) return next
  const files = manifest.files ?? ['dist', 'src']
  const kept = files.filter((file) => !documents.includes(file) && !file.startsWith('!'))
  const left = files.filter((file) => file.startsWith('!'))
  const present = documents.filter((file) => file === 'CHANGELOG.md' || existsSync(join(root, folder, file)))
  next.files = [...kept, ...present, ...left]
  next.publishConfig = { access: 'public' }
  next.scripts = { ...manifest.scripts, prepack: 'node ../../scripts/release/prepack.mjs' }
  return next
}

/** Keys in the order that npm documents, so that additions don't end up behind the dependencies. */
function ordered(manifest) {
  const first = [
    'name',
    'version',
    'description',
    'private',
    'license',
    'author',
    'homepage',
    'repository',
    'bugs',
    'funding',
  ]
  const keys = [...first, ...Object.keys(manifest)].filter((key) => manifest[key] !== undefined)
  return Object.fromEntries([...new Set(keys)].map((key) => [key, manifest[key]]))
}

const citation = readFileSync(join(root, 'CITATION.cff'), 'utf8')
const texts = [
  ...manifests().map(({ folder, manifest }) => ({
    path: `${folder}/package.json`,
    text: `${JSON.stringify(ordered(withIdentity(folder, manifest)), null, 2)}\n`,
  })),
  {
    path: 'CITATION.cff',
    text: citation.replace(/^repository-code: .*$/m, `repository-code: "${repository}"`),
  },
]
const check = process.argv.includes('--check')
const stale = texts.filter(
  ({ path, text }) => readFileSync(join(root, path), 'utf8').replaceAll('\r\n', '\n') !== text,
)
for (const { path, text } of stale)
  if (check) console.error(`${path} differs from scripts/identity.json: run node scripts/identity.mjs`)
  else writeFileSync(join(root, path), text)

const placeholder = process.argv.includes('--ready') && /OWNER/.test(repository)
if (placeholder)
  console.error(
    'scripts/identity.json still names OWNER: set the repository, run node scripts/identity.mjs, commit',
  )
process.exit((check && stale.length > 0) || placeholder ? 1 : 0)
