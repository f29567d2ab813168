import { createHash } from 'node:crypto'
import type { Plugin } from 'vite'

const PLACEHOLDER = '"__PRECACHE__"'

const WEBGPU = /\.(?:asyncify|jsep|jspi)/

/** Files of a model that are small enough to be kept for offline use before anyone asked for the model. */
const SMALL = 256 * 1024

/**
 * Writes into `sw.js` which files it keeps for offline use, with their digests, so that a new build is a new service worker
 * and nothing is kept that came damaged. Left out are networks (kept by whoever loads them) and pictures of model cards; of the runtime's WebAssembly
 * only the variant that the page turns out to need is kept.
 */
export function precacheList(): Plugin {
  return {
    name: 'fastflow:precache-list',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const worker = bundle['sw.js']
        if (worker?.type !== 'chunk') return
        const hash = createHash('sha256')
        const files: Record<string, string> = {}
        const runtimes: Record<string, string> = {}
        for (const [name, file] of Object.entries(bundle)) {
          const source = file.type === 'chunk' ? file.code : file.source
          hash.update(name).update(source)
          if (name.endsWith('.wasm')) runtimes[name] = digestOf(source)
          else if (name !== 'sw.js' && !/\.(?:onnx|map|png|md)$/.test(name) && source.length < SMALL * 4)
            files[name] = digestOf(source)
        }
        const ofKind = (webgpu: boolean) =>
          Object.fromEntries(Object.entries(runtimes).filter(([name]) => WEBGPU.test(name) === webgpu))
        const list = JSON.stringify({
          version: hash.digest('hex').slice(0, 16),
          files,
          // onnxruntime-web's variants that know WebGPU have a suffix.
          wasm: ofKind(false),
          webgpu: ofKind(true),
        })
        worker.code = worker.code.replace(PLACEHOLDER, list)
      },
    },
  }
}

function digestOf(source: string | Uint8Array): string {
  return createHash('sha256').update(source).digest('hex')
}
