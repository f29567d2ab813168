import { memoryPolicyStore, type PolicyStore } from '@fastflow/core'
import { loadPipeline, type Pipeline } from '@fastflow/pipelines'
import { type FakeBackend, type FakeOptions, fakeBackend } from './fake-backend.ts'

export interface FakePipeline {
  readonly pipe: Pipeline
  readonly backend: FakeBackend
  readonly store: RecordingStore
}

/** A store whose documents can be looked at and tampered with. */
export interface RecordingStore extends PolicyStore {
  /** Stored documents as JSON text. */
  readonly documents: Map<string, string>
  readonly saves: string[]
}

/** @param journal whether it has one; without, the paper's policy is a document that is saved after every image. */
export function recordingStore(journal = true): RecordingStore {
  const rules = memoryPolicyStore()
  const documents = new Map<string, string>()
  const saves: string[] = []
  return {
    version: 1,
    ...(journal && { journal: rules.journal! }),
    documents,
    saves,
    load: async (key) => {
      const text = documents.get(key)
      return text === undefined ? rules.load(key) : JSON.parse(text)
    },
    save: async (key, document) => {
      // The real store refuses what the port does not allow.
      await rules.save(key, document)
      saves.push(key)
      documents.set(key, JSON.stringify(document))
    },
  }
}

/** The closed-form model, loaded. */
export async function fakePipeline(
  options: FakeOptions = {},
  store: RecordingStore = recordingStore(),
): Promise<FakePipeline> {
  const backend = fakeBackend(options)
  return { pipe: await loadPipeline('models/fake', { backend, store }), backend, store }
}
