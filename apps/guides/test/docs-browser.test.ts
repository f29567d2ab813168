import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { nodeBackend } from '@fastflow/backend-node'
import { decodeImage, encodePng } from '@fastflow/media'
import { loadPipeline, type Pipeline } from '@fastflow/pipelines'
import { examplesOf } from '@fastflow/testkit'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), 'utf8').replaceAll('\r\n', '\n')
const page = read('docs/browser.md')

/** Code of the page by the file name in its first line. */
const files = new Map(
  examplesOf(page).map((source) => {
    const [name = '', ...lines] = source.split('\n')
    return [name.replace('// ', ''), lines.join('\n')]
  }),
)

const imported = async (code: string): Promise<Record<string, unknown>> =>
  import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(code)}`)

const flat = (code: string): string =>
  code
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/,? (?=[}\]])/g, ' ')
    .trim()

describe('docs/browser.md', () => {
  it('has these files', () => {
    expect([...files.keys()]).toEqual([
      'main.js',
      'vite.config.js',
      'webpack.config.js',
      'next.config.mjs',
      'app/api/image/route.js',
      'worker/main.js',
      'worker/worker.js',
    ])
  })

  it.each([
    ['main.js', 'apps/examples/vite/main.js'],
    ['worker/main.js', 'apps/examples/worker/main.js'],
    ['worker/worker.js', 'apps/examples/worker/worker.js'],
  ])('shows as %s what runs in Chromium as %s', (name, file) => {
    expect(files.get(name)).toBe(read(file))
  })

  it('configures Vite as the example that runs in Chromium does', async () => {
    const { default: shown } = await imported(files.get('vite.config.js')!)
    const { default: used } = await import(pathToFileURL(join(root, 'apps/examples/vite.config.js')).href)
    expect(used).toMatchObject(shown as object)
  })

  it('shows of webpack and Next what rehearsals build', () => {
    const rehearsed = flat(read('scripts/rehearse/consumers/bundlers.mjs'))
    expect(rehearsed).toContain(flat(files.get('webpack.config.js')!))
    const [, component = ''] = /```jsx\n(.*?)```/s.exec(page) ?? []
    expect(rehearsed).toContain(flat(component))
  })

  it('configures Next with the headers that threads need', async () => {
    const { default: config } = await imported(files.get('next.config.mjs')!)
    const { headers } = config as { headers(): Promise<readonly { headers: readonly { key: string }[] }[]> }
    const [rule] = await headers()
    for (const { key } of rule!.headers) expect(page).toContain(`${key}: `)
    expect(rule!.headers).toHaveLength(2)
  })

  it('answers with a picture in a route handler', async () => {
    let pipe: Pipeline | undefined
    const load = async (folder: string) =>
      (pipe = await loadPipeline(join(root, folder), { backend: nodeBackend() }))
    const code = files
      .get('app/api/image/route.js')!
      .replaceAll(/^import .*\n/gm, '')
      .replaceAll(/^export /gm, '')
    const make = new Function('nodeBackend', 'encodePng', 'loadPipeline', `${code}\nreturn POST`)
    const post: (request: Request) => Promise<Response> = make(nodeBackend, encodePng, load)
    const body = JSON.stringify({ prompt: 'a red fox, 3d', seed: 7 })
    const answer = await post(new Request('http://localhost/api/image', { method: 'POST', body }))
    const { width, height } = await decodeImage(Buffer.from(await answer.arrayBuffer()))
    expect([answer.headers.get('Content-Type'), width, height]).toEqual(['image/png', 64, 64])
    await pipe!.dispose()
  })
})
