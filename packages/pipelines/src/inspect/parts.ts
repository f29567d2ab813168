import { FastFlowError, type ModelFolder, type ModelRunner } from '@fastflow/core'
import type { Part, Parts } from '../family/parts.ts'
import { declaredRunner, inspectPart } from './part.ts'
import type { Problems } from './problems.ts'

type Found = Awaited<ReturnType<typeof inspectPart>>

/** Networks of a folder that families ask for and get as their graphs declare them, without loading any. */
export interface InspectedParts extends Parts {
  /** The same folder, whose networks are such too. */
  readonly folder: ModelFolder
  /** Looks at a network, once. */
  look(name: string): Promise<Found>
  /** Names of the networks that a family asked for. */
  readonly used: ReadonlySet<string>
  /** Whether it loads them itself, all of them from the start. */
  loadsItself(): boolean
}

export function inspectParts(folder: ModelFolder, problems: Problems): InspectedParts {
  const looks = new Map<string, Promise<Found>>()
  const used = new Set<string>()
  let own = false
  const look = (name: string): Promise<Found> => {
    const looking = looks.get(name) ?? inspectPart(folder, name, problems)
    looks.set(name, looking)
    return looking
  }
  const runnerOf = async (name: string): Promise<ModelRunner | undefined> => {
    used.add(name)
    return declaredRunner(folder, await look(name))
  }
  return {
    used,
    look,
    loadsItself: () => own,
    folder: {
      ...folder,
      async load(path) {
        own = true
        const runner = await runnerOf(path.replace(/\/model\.onnx$/, ''))
        if (runner !== undefined) return runner
        const message = `${path} could not be looked at; mend it first`
        throw new FastFlowError({ code: 'model-unreadable', field: path, message })
      },
    },
    executionProvider: () => 'not loaded',
    async open(name, check): Promise<Part> {
      const path = `${name}/model.onnx`
      const runner = await runnerOf(name)
      if (runner !== undefined) await problems.attempt(path, () => check?.(runner, path))
      return {
        path,
        digest: '',
        /** What goes wrong is collected and work goes on, so that all of it is found; there are no results to be had. */
        async use(work) {
          return (runner && (await problems.attempt(path, () => work(runner)))) as never
        },
      }
    },
    ready: async () => true,
    dispose: async () => {},
  }
}
