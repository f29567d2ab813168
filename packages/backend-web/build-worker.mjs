// Makes dist/worker.js one file: import maps do not reach workers, so where there is no bundler the worker can import
// nothing by name. onnxruntime-web stays outside; it is the user's.
import { build } from 'esbuild'

await build({
  entryPoints: ['src/worker.ts'],
  outfile: 'dist/worker.js',
  bundle: true,
  format: 'esm',
  target: 'es2022',
  sourcemap: true,
  conditions: ['@fastflow/source'],
  external: ['onnxruntime-web/*'],
  allowOverwrite: true,
  logLevel: 'warning',
})
