// Enforces the direction of dependencies between workspaces: apps -> pipelines -> core, proxies, bandits;
// proxies -> tokenizers; backends, proxies and tokenizers -> core; core and bandits -> nothing. pnpm's isolated node_modules
// make an undeclared import fail, so checking what is declared checks what is imported.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const allowed = {
  '@fastflow/core': [],
  '@fastflow/bandits': [],
  '@fastflow/tokenizers': ['@fastflow/core'],
  '@fastflow/proxies': ['@fastflow/core', '@fastflow/tokenizers'],
  '@fastflow/backend-node': ['@fastflow/core', 'onnxruntime-node'],
  '@fastflow/backend-web': ['@fastflow/core', 'onnxruntime-web'],
  '@fastflow/pipelines': ['@fastflow/core', '@fastflow/proxies', '@fastflow/bandits', '@noble/hashes'],
  '@fastflow/peers': ['@fastflow/core'],
  '@fastflow/testkit': ['@fastflow/core', 'vitest'],
  '@fastflow/studio': [
    '@fastflow/core',
    '@fastflow/bandits',
    '@fastflow/proxies',
    '@fastflow/pipelines',
    '@fastflow/backend-web',
    '@fontsource-variable/inter',
    'onnxruntime-web',
  ],
}

const manifests = ['packages', 'apps'].flatMap((group) =>
  readdirSync(group)
    .map((name) => join(group, name, 'package.json'))
    .filter((path) => existsSync(path))
    .map((path) => ({ path, app: group === 'apps', manifest: JSON.parse(readFileSync(path, 'utf8')) })),
)

const problems = manifests.flatMap(({ path, app, manifest }) => {
  const rule = allowed[manifest.name]
  // Apps compose what they like, unless there is a rule: Studio has to stay within what runs in browsers.
  if (app && rule === undefined) return []
  if (rule === undefined) return [`${path}: no rule for ${manifest.name} in scripts/check-dependencies.mjs`]
  const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
  return declared
    .filter((name) => !rule.includes(name))
    .map(
      (name) =>
        `${path}: ${manifest.name} must not depend on ${name} (allowed: ${rule.join(', ') || 'nothing'})`,
    )
})

for (const problem of problems) console.error(problem)
process.exit(problems.length > 0 ? 1 : 0)
