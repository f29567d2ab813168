import type { Desk } from './desk.ts'
import { requestOf, subjectOf } from './request.ts'
import { runSettingsOf } from './state.ts'

/** Has the paper's policy learn from so many pictures, subjects in turn; `fresh` forgets first what it knows. */
export function learn(desk: Desk, generations: number, fresh: boolean): Promise<void> {
  const { store, engine } = desk
  return desk.busy('learning', 'Learning', async (signal, progress) => {
    const { about, settings } = store.state
    const own = about!.labels.length > 0 ? about!.labels : about!.prompts
    const subjects = own.length > 0 ? own : [subjectOf(store.state)]
    progress(0, `Picture 1 of ${generations}`)
    await engine.call(
      'learn',
      {
        subjects,
        settings: runSettingsOf(settings),
        options: requestOf(store.state).options,
        generations,
        fresh,
      },
      {
        signal,
        onReport({ done, knowledge }) {
          store.set({ knowledge })
          if (done < generations) progress(done / generations, `Picture ${done + 1} of ${generations}`)
        },
      },
    )
    desk.announce(`Learned from ${generations} pictures.`)
  })
}

/** Plans which steps to evaluate, on this device. */
export function calibrate(desk: Desk, evaluations: number): Promise<void> {
  const { store, engine } = desk
  return desk.busy('planning', 'Planning', async (signal, progress) => {
    const settings = runSettingsOf(store.state.settings)
    const knowledge = await engine.call(
      'calibrate',
      { settings, evaluations },
      {
        signal,
        onReport: (report) =>
          progress(
            report.evaluations / report.limit,
            `${report.evaluations} of at most ${report.limit} evaluations`,
          ),
      },
    )
    store.set({ knowledge })
    desk.announce('The plan is ready.')
  })
}

/** Measures pictures of the plan against full runs, until a target can be judged by them. */
export function measure(desk: Desk, runs: number): Promise<void> {
  const { store, engine } = desk
  return desk.busy('planning', 'Measuring', async (signal, progress) => {
    const { settings, source, about } = store.state
    const images = about?.task === 'image-editing' && source ? [source.image] : []
    const knowledge = await engine.call(
      'measure',
      { settings: runSettingsOf(settings), metric: settings.metric, runs, images },
      {
        signal,
        onReport: ({ done, total }) => progress(done / total, `Measured ${done} of ${total} pictures`),
      },
    )
    store.set({ knowledge })
    desk.announce(`Measured ${runs} pictures.`)
  })
}

/** Follows a plan or policy from a file. */
export function adopt(desk: Desk, document: unknown): Promise<void> {
  const { store, engine } = desk
  return desk.busy('planning', 'Reading the file', async () => {
    const settings = runSettingsOf(store.state.settings)
    store.set({ knowledge: await engine.call('adopt', { settings, document }) })
    desk.announce('The file is followed from now on.')
  })
}

/** Forgets what was planned and learned on this device for the present settings. */
export function forget(desk: Desk): Promise<void> {
  const { store, engine } = desk
  return desk.busy('planning', 'Forgetting', async () => {
    store.set({ knowledge: await engine.call('forget', runSettingsOf(store.state.settings)) })
    desk.announce('Forgotten.')
  })
}
