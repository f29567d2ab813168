// For workers on Node.

export { type Served, type ServedFolder, serveNetworks } from './serve/serve.ts'
