import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import type { Plugin } from 'vite'
import type { Catalog, CatalogModel } from '../src/engine/catalog.ts'

/** Where the models lie below the page. */
const BASE = 'models'
const CATALOG = 'models.json'

/** Folder of the network that quality targets are measured by. */
const PERCEPTUAL = 'perceptual'

/** Tasks by the `_class_name` of `model_index.json`; other folders are no models that Studio runs. */
const tasks: Readonly<Record<string, CatalogModel['task']>> = {
  ClassToImagePipeline: 'class-to-image',
  TextToImagePipeline: 'text-to-image',
  ImageEditPipeline: 'image-editing',
  TextToVideoPipeline: 'text-to-video',
}

/**
 * Copies the model folders into the build, as they are, with `models.json` that says which there are; serves the same
 * while developing. A folder that comes or goes needs no change here.
 */
export function shippedModels(folder: string): Plugin {
  return {
    name: 'fastflow:shipped-models',
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const path = decodeURIComponent((request.url ?? '').split('?')[0]!).slice(1)
        if (path === CATALOG) return void response.end(JSON.stringify(catalogOf(folder)))
        if (!path.startsWith(`${BASE}/`)) return next()
        const file = join(folder, path.slice(BASE.length + 1))
        if (!file.startsWith(folder + sep) || !existsSync(file) || !statSync(file).isFile()) {
          response.statusCode = 404
          return void response.end()
        }
        response.setHeader('Content-Length', statSync(file).size)
        createReadStream(file).pipe(response)
      })
    },
    generateBundle() {
      if (this.environment.config.consumer !== 'client') return
      const catalog = catalogOf(folder)
      this.emitFile({ type: 'asset', fileName: CATALOG, source: JSON.stringify(catalog) })
      for (const name of [...catalog.models.map((model) => model.name), PERCEPTUAL]) {
        for (const path of filesBelow(join(folder, name))) {
          const fileName = `${BASE}/${relative(folder, path).split(sep).join('/')}`
          this.emitFile({ type: 'asset', fileName, source: readFileSync(path) })
        }
      }
    },
  }
}

function catalogOf(folder: string): Catalog {
  const models = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => describeModel(folder, name) ?? [])
  return {
    models: models.sort((a, b) => order(a) - order(b) || a.name.localeCompare(b.name)),
    perceptual: { location: `${BASE}/${PERCEPTUAL}`, files: pathsBelow(join(folder, PERCEPTUAL)) },
  }
}

/** What most people want to try first comes first. */
function order({ task }: CatalogModel): number {
  return ['text-to-image', 'image-editing', 'text-to-video', 'class-to-image'].indexOf(task)
}

function describeModel(folder: string, name: string): CatalogModel | undefined {
  const root = join(folder, name)
  const index = join(root, 'model_index.json')
  if (!existsSync(index)) return undefined
  const task = tasks[JSON.parse(readFileSync(index, 'utf8'))._class_name]
  if (task === undefined) return undefined
  const files = filesBelow(root)
  const bytes = files
    .filter((path) => path.endsWith('.onnx'))
    .reduce((sum, path) => sum + statSync(path).size, 0)
  return {
    name,
    task,
    title: titleOf(root) ?? name,
    location: `${BASE}/${name}`,
    bytes,
    files: pathsBelow(root),
  }
}

/** The heading of the model card, without the words that name the task; what makes clips says so, beside a model of stills. */
function titleOf(root: string): string | undefined {
  const card = join(root, 'README.md')
  if (!existsSync(card)) return undefined
  const heading = /^# (.+)$/m.exec(readFileSync(card, 'utf8'))?.[1]
  return heading?.replace(/ (?:class|text)-to-image$/, '').replace(/ text-to-video$/, ' clips')
}

function pathsBelow(root: string): readonly string[] {
  return filesBelow(root).map((path) => relative(root, path).split(sep).join('/'))
}

function filesBelow(root: string): readonly string[] {
  return readdirSync(root, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}
