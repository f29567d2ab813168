import { resolve } from 'node:path'
import { defineConfig } from 'vite'

/** Shared memory, for threads. */
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}
const page = (name) => resolve(import.meta.dirname, name, 'index.html')

export default defineConfig({
  root: import.meta.dirname,
  worker: { format: 'es' },
  optimizeDeps: { exclude: ['onnxruntime-web', '@fastflow/backend-web'] },
  server: { headers },
  preview: { headers },
  build: { target: 'es2022', rollupOptions: { input: { vite: page('vite'), worker: page('worker') } } },
})
