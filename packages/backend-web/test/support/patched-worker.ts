/** Starts the worker in a world where `patch`, a piece of JavaScript, has run first. */
export function patchedWorker(patch: string): () => Worker {
  return () => {
    const before = blobUrl(patch)
    // As Vite serves workers.
    const worker = new URL('../../src/worker.ts?worker_file&type=module', import.meta.url).href
    // Imports run in their order, and messages wait for both.
    return new Worker(blobUrl(`import '${before}'\nimport '${worker}'`), { type: 'module' })
  }
}

function blobUrl(code: string): string {
  return URL.createObjectURL(new Blob([code], { type: 'text/javascript' }))
}
