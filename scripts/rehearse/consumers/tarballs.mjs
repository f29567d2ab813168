import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../run.mjs'

/** What is wrong with a package that was published. */
async function problemsOf(name, version, { folder, env, url, versions }) {
  const response = await fetch(`${url}${name.replace('/', '%2f')}`)
  const found = response.ok ? (await response.json()).versions[version] : undefined
  if (found === undefined) return ['was not published']
  const file = join(folder, `${name.replace(/\W+/g, '-')}.tgz`)
  writeFileSync(file, Buffer.from(await (await fetch(found.dist.tarball)).arrayBuffer()))
  const files = (await run(['tar', '-tzf', file], { cwd: folder, env })).split('\n')
  const manifest = JSON.parse(await run(['tar', '-xzOf', file, 'package/package.json'], { cwd: folder, env }))
  return [...missing(files), ...faults(manifest, versions), ...bundled(files, name)]
}

function missing(files) {
  return ['README.md', 'LICENSE', 'CHANGELOG.md', 'package.json']
    .filter((file) => !files.includes(`package/${file}`))
    .map((file) => `has no ${file}`)
}

function bundled(files, name) {
  return name === '@fastflow/backend-web' && !files.includes('package/THIRD-PARTY-NOTICES.md')
    ? ['bundles @noble/hashes and has no THIRD-PARTY-NOTICES.md']
    : []
}

function faults(manifest, versions) {
  const problems = []
  const text = JSON.stringify(manifest)
  for (const word of ['workspace:', 'catalog:', 'OWNER', 'provenance', 'devDependencies', 'prepack'])
    if (text.includes(word)) problems.push(`its manifest says ${word}`)
  for (const field of ['repository', 'homepage', 'bugs', 'author', 'license', 'keywords'])
    if (manifest[field] === undefined) problems.push(`its manifest has no ${field}`)
  const needed = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
  for (const on of needed)
    if (on.startsWith('@fastflow/') && !versions.has(on)) problems.push(`needs ${on}, which is not published`)
  return problems
}

/** Every tarball holds what it has to, and its manifest nothing of this repository's own. */
export const tarballs = {
  name: 'tarballs',
  quick: true,
  async check(context) {
    const problems = []
    for (const [name, version] of context.versions)
      for (const problem of await problemsOf(name, version, context)) problems.push(`${name} ${problem}`)
    if (problems.length > 0) throw new Error(problems.join('\n'))
  },
}
