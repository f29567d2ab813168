import type { Desk } from './desk.ts'
import { optionsOf, requestOf } from './request.ts'
import { runSettingsOf } from './settings.ts'

/** Has the paper's policy learn from so many pictures, subjects in turn; `fresh` forgets first what it knows. */
export function learn(desk: Desk, generations: number, fresh: boolean): Promise<void> {
  const { store, ask } = desk
  return desk.busy('learning', 'Learning', async (signal, progress) => {
    const request = requestOf(store.state)!
    const { model, about, settings } = request
    const own = about.labels.length > 0 ? about.labels : about.prompts
    const input = {
      subjects: own.length > 0 ? own : [request.subject],
      settings: runSettingsOf(settings),
      options: optionsOf(request),
      generations,
      fresh,
    }
    const kept = fresh ? await ask('keep', model, input.settings) : undefined
    progress(0, `Picture 1 of ${generations}`)
    try {
      await ask('learn', model, input, {
        signal,
        onReport({ done, knowledge }) {
          desk.know(model, settings, knowledge)
          if (done < generations) progress(done / generations, `Picture ${done + 1} of ${generations}`)
        },
      })
    } finally {
      if (kept) store.set({ undo: { documents: kept, words: 'Learning began anew.' } })
    }
    desk.announce(`Learned from ${generations} pictures.`)
  })
}

/** Plans which steps to evaluate, on this device. */
export function calibrate(desk: Desk, evaluations: number): Promise<void> {
  const { store, ask } = desk
  return desk.busy('planning', 'Planning', async (signal, progress) => {
    const { model, settings } = requestOf(store.state)!
    const input = { settings: runSettingsOf(settings), evaluations }
    const knowledge = await ask('calibrate', model, input, {
      signal,
      onReport: (report) =>
        progress(
          report.evaluations / report.limit,
          `${report.evaluations} of at most ${report.limit} evaluations`,
        ),
    })
    desk.know(model, settings, knowledge)
    desk.announce('The plan is ready.')
  })
}

/** Measures pictures of the plan against full runs, until a target can be judged by them. */
export function measure(desk: Desk, runs: number): Promise<void> {
  const { store, ask } = desk
  return desk.busy('planning', 'Measuring', async (signal, progress) => {
    const { model, settings, source } = requestOf(store.state)!
    const { metric } = settings
    const images = source ? [source.image] : []
    const knowledge = await ask(
      'measure',
      model,
      { settings: runSettingsOf(settings), metric, runs, images },
      {
        signal,
        onReport: ({ done, total }) => progress(done / total, `Measured ${done} of ${total} pictures`),
      },
    )
    desk.know(model, settings, knowledge)
    desk.announce(`Measured ${runs} pictures.`)
  })
}

/** Follows a plan or policy from a file. */
export function adopt(desk: Desk, document: unknown): Promise<void> {
  const { store, ask } = desk
  return desk.busy('planning', 'Reading the file', async () => {
    const { model, settings } = requestOf(store.state)!
    desk.know(model, settings, await ask('adopt', model, { settings: runSettingsOf(settings), document }))
    desk.announce('The file is followed from now on.')
  })
}

/** Forgets what was planned and learned on this device for the present settings. */
export function forget(desk: Desk): Promise<void> {
  const { store, ask } = desk
  return desk.busy('planning', 'Forgetting', async () => {
    const { model, settings } = requestOf(store.state)!
    const { kept, knowledge } = await ask('forget', model, runSettingsOf(settings))
    desk.know(model, settings, knowledge)
    store.set({ undo: { documents: kept, words: 'Forgotten.' } })
    desk.announce('Forgotten.')
  })
}
