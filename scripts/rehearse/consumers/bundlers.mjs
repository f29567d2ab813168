// Bundlers of pages: the worker of backend-web has to arrive as a file of its own.
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../run.mjs'
import { project } from './toy.mjs'

const main = `
import { webBackend } from '@fastflow/backend-web'
import { loadPipeline } from '@fastflow/pipelines'
globalThis.start = () => loadPipeline('/models/emoji', { backend: webBackend() })
`
const needed = ['@fastflow/backend-web', '@fastflow/pipelines', 'onnxruntime-web']

/** A file of `out` besides the page's own holds the code of the worker. */
function expectWorker(out) {
  const files = readdirSync(out, { recursive: true }).filter((name) => /\.m?js$/.test(name))
  const workers = files.filter((name) => readFileSync(join(out, name), 'utf8').includes('onmessage'))
  if (files.length < 2 || workers.length === 0)
    throw new Error(`no worker among ${files.join(', ') || 'no files'}`)
}

const vite = {
  name: 'vite',
  async check({ folder, env }) {
    const config = `export default { worker: { format: 'es' }, optimizeDeps: { exclude: ['onnxruntime-web', '@fastflow/backend-web'] }, build: { target: 'es2022' } }`
    const html = '<script type="module" src="/main.js"></script>'
    project(folder, {}, { 'main.js': main, 'index.html': html, 'vite.config.js': config })
    await run(['npm', 'install', 'vite@7', ...needed], { cwd: folder, env })
    await run(['npx', 'vite', 'build'], { cwd: folder, env })
    expectWorker(join(folder, 'dist'))
  },
}

const webpack = {
  name: 'webpack',
  async check({ folder, env }) {
    const config = `export default { mode: 'production', entry: './main.js', experiments: { outputModule: true }, output: { module: true } }`
    project(folder, {}, { 'main.js': main, 'webpack.config.js': config })
    await run(['npm', 'install', 'webpack@5', 'webpack-cli@6', ...needed], { cwd: folder, env })
    await run(['npx', 'webpack'], { cwd: folder, env })
    expectWorker(join(folder, 'dist'))
  },
}

const esbuild = {
  name: 'esbuild',
  async check({ folder, env }) {
    project(folder, {}, { 'main.js': main })
    await run(['npm', 'install', 'esbuild', ...needed], { cwd: folder, env })
    // esbuild leaves `new URL('./worker.js', import.meta.url)` as it is: the worker is an entry of its own.
    const worker = 'worker=node_modules/@fastflow/backend-web/dist/worker.js'
    const options = ['--bundle', '--format=esm', '--outdir=dist', '--external:onnxruntime-web/*']
    await run(['npx', 'esbuild', 'main=main.js', worker, ...options], { cwd: folder, env })
    expectWorker(join(folder, 'dist'))
  },
}

const rollup = {
  name: 'rollup',
  async check({ folder, env }) {
    const config = `import resolve from '@rollup/plugin-node-resolve'
export default {
  input: { main: 'main.js', worker: 'node_modules/@fastflow/backend-web/dist/worker.js' },
  output: { dir: 'dist', format: 'es', entryFileNames: '[name].js' },
  external: [/^onnxruntime-web/],
  plugins: [resolve({ browser: true })],
}`
    project(folder, {}, { 'main.js': main, 'rollup.config.js': config })
    await run(['npm', 'install', 'rollup@4', '@rollup/plugin-node-resolve@16', ...needed], {
      cwd: folder,
      env,
    })
    // Like esbuild it leaves the address of the worker to the page.
    await run(['npx', 'rollup', '--config'], { cwd: folder, env })
    expectWorker(join(folder, 'dist'))
  },
}

const handler = `
import { linearSchedule, sample } from '@fastflow/core'
export const dynamic = 'force-dynamic'
export async function GET() {
  const velocity = (x, sigma, { out }) => out.fill(1)
  const { stats } = await sample({ velocity, schedule: linearSchedule(4), x: new Float32Array(2) })
  return Response.json(stats)
}
`
const page = `'use client'
import { webBackend } from '@fastflow/backend-web'
import { loadPipeline } from '@fastflow/pipelines'
export default function Page() {
  return <button onClick={() => loadPipeline('/models/emoji', { backend: webBackend() })}>load</button>
}
`
const layout =
  'export default function Layout({ children }) { return <html><body>{children}</body></html> }\n'

const next = {
  name: 'next',
  async check({ folder, env }) {
    mkdirSync(join(folder, 'app/api'), { recursive: true })
    project(folder, {}, { 'app/api/route.js': handler, 'app/page.jsx': page, 'app/layout.jsx': layout })
    await run(['npm', 'install', 'next', 'react', 'react-dom', ...needed], { cwd: folder, env })
    await run(['npx', 'next', 'build'], { cwd: folder, env })
    expectWorker(join(folder, '.next/static'))
  },
}

export const bundlers = [vite, webpack, esbuild, rollup, next]
