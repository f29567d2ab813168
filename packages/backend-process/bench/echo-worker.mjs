// Gives back what it gets.
import { serveNetworks } from '@fastflow/backend-process/serve'

const port = (name) => ({ name, type: 'float32', dims: ['floats'] })
const echo = {
  version: 1,
  executionProvider: 'none',
  inputs: [port('x')],
  outputs: [port('y')],
  digest: '0'.repeat(64),
  run: async ({ x }) => ({ outputs: { y: x }, timing: { ms: 0 } }),
  dispose: async () => {},
}

serveNetworks({
  name: 'none',
  open: async () => ({
    networks: ['echo'],
    files: [],
    read: async () => new Uint8Array(0),
    load: async () => echo,
  }),
})
