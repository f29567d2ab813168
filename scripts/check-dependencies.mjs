// Enforces the direction of dependencies between workspaces: apps -> report, bench, server, media, pipelines; server -> media, pipelines;
// report -> bench -> pipelines -> core, proxies, bandits; proxies -> tokenizers; backends, media, model-store, quantize, proxies and tokenizers -> core;
// backend-node -> backend-process, on which its isolation rests;
// core and bandits -> nothing. pnpm's isolated node_modules make an undeclared import fail, so checking what is
// declared checks what is imported.
// Within a workspace it refuses circles of files (types included), circles of rooms, and arrows against the order of
// rooms. `--rooms` prints the house in words: rooms, floors, lines; `--packages` which workspace uses which, as docs/architecture.md
// has to show it.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { arrowsOf } from './house/arrows.mjs'
import { sourcesOf, workspaces } from './house/imports.mjs'
import { describe, problemsOf } from './house/rooms.mjs'

const allowed = {
  '@fastflow/core': [],
  '@fastflow/bandits': [],
  '@fastflow/tokenizers': ['@fastflow/core'],
  '@fastflow/proxies': ['@fastflow/core', '@fastflow/tokenizers'],
  '@fastflow/backend-process': ['@fastflow/core'],
  '@fastflow/backend-node': ['@fastflow/backend-process', '@fastflow/core', 'onnxruntime-node'],
  '@fastflow/backend-web': ['@fastflow/core', 'onnxruntime-web'],
  '@fastflow/store-redis': ['@fastflow/core', 'ioredis'],
  '@fastflow/queue-bullmq': ['@fastflow/core', 'bullmq', 'ioredis'],
  '@fastflow/pipelines': [
    '@fastflow/core',
    '@fastflow/proxies',
    '@fastflow/bandits',
    '@noble/hashes',
    'entities',
  ],
  '@fastflow/ai-provider': ['@ai-sdk/provider', '@fastflow/core', '@fastflow/media', '@fastflow/pipelines'],
  '@fastflow/bench': ['@fastflow/core', '@fastflow/bandits', '@fastflow/proxies', '@fastflow/pipelines'],
  '@fastflow/report': ['@fastflow/bench', '@fastflow/core', '@fastflow/proxies', '@noble/hashes'],
  '@fastflow/model-store': ['@fastflow/core', '@pnpm/npm-conf', 'tar'],
  '@fastflow/media': ['@fastflow/core', '@fastflow/proxies', 'sharp'],
  '@fastflow/server': [
    '@fastflow/core',
    '@fastflow/media',
    '@fastflow/pipelines',
    '@fastify/multipart',
    '@fastify/swagger',
    '@opentelemetry/api',
    'fastify',
    '@opentelemetry/api',
  ],
  '@fastflow/peers': ['@fastflow/core'],
  '@fastflow/quantize': ['@fastflow/core'],
  '@fastflow/testkit': ['@fastflow/core', 'vitest'],
  '@fastflow/studio': [
    '@fastflow/core',
    '@fastflow/bench',
    '@fastflow/report',
    '@fastflow/media',
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

for (const workspace of workspaces('.')) {
  const sources = sourcesOf('.', workspace)
  if (sources.length === 0) continue
  if (process.argv.includes('--rooms')) for (const line of describe(workspace, sources)) console.log(line)
  problems.push(...problemsOf(workspace, sources))
}

const arrows = arrowsOf(manifests.map(({ manifest }) => manifest))
if (process.argv.includes('--packages')) for (const line of arrows) console.log(line)
if (
  !readFileSync('docs/architecture.md', 'utf8')
    .replaceAll('\r\n', '\n')
    .includes(`\n${arrows.join('\n')}\n`)
)
  problems.push('docs/architecture.md: shows other packages than there are; put there what --packages prints')

for (const problem of problems) console.error(problem)
process.exit(problems.length > 0 ? 1 : 0)
