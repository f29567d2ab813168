import { defineConfig } from 'vite'
import { testServer } from '../test/support/server.ts'

export default defineConfig({
  root: import.meta.dirname,
  logLevel: 'error',
  resolve: { conditions: ['@fastflow/source', 'module', 'browser'] },
  plugins: [testServer()],
  optimizeDeps: { exclude: ['onnxruntime-web'] },
  worker: { format: 'es' },
  server: {
    port: 0,
    // A file that changes must not reload the page in the middle.
    hmr: false,
    watch: null,
    fs: { allow: ['../../..'] },
    headers: {
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    },
  },
})
