import { type FakeBackend, fakeBackend } from './fake-backend.ts'
import { networkConfig } from './model-files.ts'

/** Stands in for `nodeBackend` where an example is about something else than the network. */
export function nodeBackend(): FakeBackend {
  return fakeBackend({ files: { 'unet/config.json': networkConfig({ id2label: { 0: 'cat' } }) } })
}
