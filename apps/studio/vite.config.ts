import { fileURLToPath } from 'node:url'
import { defaultClientConditions, defineConfig } from 'vite'
import { precacheList } from './vite/precache-list.ts'
import { shippedModels } from './vite/shipped-models.ts'

const models = fileURLToPath(new URL('../../models', import.meta.url))

/** Without these two the browser gives a page no shared memory, and networks run on one thread. */
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

/** Other tools' rules, which take part in benches of a clone of the repository alone: nothing here asks for them. */
const external = ['@fastflow/peers']

export default defineConfig({
  base: './',
  resolve: { conditions: ['@fastflow/source', ...defaultClientConditions] },
  optimizeDeps: { exclude: ['onnxruntime-web'] },
  plugins: [shippedModels(models), precacheList()],
  worker: { format: 'es', rollupOptions: { external } },
  server: { headers },
  preview: { headers },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      external,
      input: { index: 'index.html', sw: 'src/sw/sw.ts' },
      output: { entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js') },
    },
  },
})
