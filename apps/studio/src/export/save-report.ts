import { type Comparison, type Media, type ModelSection, renderReport } from '@fastflow/report'
import type { Take } from '../engine/protocol.ts'
import { curveOf } from '../state/learning-curve.ts'
import { measured, psnrOf, takesOf } from '../state/measured.ts'
import { type Result, runSettingsOf, type State } from '../state/state.ts'
import { download, fileName } from './download.ts'
import { metadataOf } from './metadata.ts'
import { encodeApng, encodePng } from './png.ts'

/** Everything on the page about this picture as one HTML file that needs no network and runs no script. */
export async function saveReport(result: Result, state: State): Promise<void> {
  const html = await reportPage(result, state, new Date().toISOString())
  download(`${fileName(result.model, result.subject, result.settings.seed)}-report.html`, html, 'text/html')
}

/** The page of `@fastflow/report` for a result. @param created ISO 8601. */
export async function reportPage(result: Result, state: State, created: string): Promise<string> {
  const section = await sectionOf(result, state)
  return renderReport({ title: result.subject, created, sections: [section] }, { script: false })
}

async function sectionOf(result: Result, state: State): Promise<ModelSection> {
  const { about, knowledge, settings } = state
  // What is known belongs to the settings of now, the picture to those it was made with.
  const same = JSON.stringify(runSettingsOf(settings)) === JSON.stringify(runSettingsOf(result.settings))
  const { plan } = (same && knowledge) || {}
  return {
    model: about!.name,
    description: descriptionOf(result, state),
    bench: measured(result, about!),
    comparisons: [await comparisonOf(result, state)],
    learning: same ? curveOf(knowledge) : undefined,
    ...(plan && { plan }),
  }
}

function descriptionOf({ settings }: Result, { about }: State): string {
  const { guidanceInterval } = runSettingsOf(settings)
  const where = guidanceInterval ? ` at noise levels ${guidanceInterval.join(' to ')}` : ''
  return `One picture of seed ${settings.seed}, ${settings.numSteps} steps, guidance ${settings.guidanceScale}${where}, made in a browser on ${about!.runtime.name}.`
}

async function comparisonOf(result: Result, state: State): Promise<Comparison> {
  const media = async (take: Take): Promise<Media> => {
    const metadata = metadataOf(take, result, state)
    const { width, height } = take.image
    const picture = { type: 'image/png', width, height } as const
    const still = base64(await encodePng(take.image, metadata))
    if (take.clip === undefined) return { ...picture, base64: still }
    return { ...picture, base64: base64(await encodeApng(take.clip, metadata)), still }
  }
  const pictures = await Promise.all(
    takesOf(result).map(async (take) => ({
      method: take.method,
      nfe: take.stats.nfe,
      psnr: take.method === 'full' ? undefined : psnrOf(take, result),
      decisions: take.stats.decisions,
      media: await media(take),
    })),
  )
  return { caption: result.subject, seed: result.settings.seed, pictures }
}

function base64(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}
