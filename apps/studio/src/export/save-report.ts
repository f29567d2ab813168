import type { BenchDocument } from '@fastflow/bench'
import type { RgbImage } from '@fastflow/core'
import type { ImageInput } from '@fastflow/pipelines'
import { type Comparison, type Media, type ModelSection, renderReport } from '@fastflow/report'
import type { Take } from '../engine/protocol.ts'
import { curveOf } from '../state/learning-curve.ts'
import { measured, psnrOf, takesOf } from '../state/measured.ts'
import { runSettingsOf } from '../state/settings.ts'
import type { Result, State } from '../state/state.ts'
import { download } from './download.ts'
import { metadataOf } from './metadata.ts'
import { pictureName } from './picture-name.ts'
import { encodeApng, encodePng, type Metadata } from './png.ts'

/** Everything on the page about this picture as one HTML file that needs no network and runs no script. */
export async function saveReport(result: Result, state: State): Promise<void> {
  const html = await reportPage(result, state, new Date().toISOString())
  download(`${pictureName(result.request)}-report.html`, html, 'text/html')
}

/** The page of `@fastflow/report` for a result. @param created ISO 8601. */
export async function reportPage(result: Result, state: State, created: string): Promise<string> {
  const section = await sectionOf({ ...result, bench: measured(result) }, state)
  return renderReport({ title: result.request.subject, created, sections: [section] }, { script: false })
}

type Measured = Result & { readonly bench: BenchDocument }

async function sectionOf(result: Measured, state: State): Promise<ModelSection> {
  const { knowledge, settings, model, about } = state
  const { request } = result
  // What is known belongs to the model and settings of now, the picture to those it was made with.
  const same =
    model?.name === request.model.name &&
    about?.digest === request.about.digest &&
    JSON.stringify(runSettingsOf(settings)) === JSON.stringify(runSettingsOf(request.settings))
  const { plan } = (same && knowledge) || {}
  return {
    model: request.about.name,
    description: descriptionOf(result),
    bench: result.bench,
    comparisons: [await comparisonOf(result)],
    learning: same ? curveOf(knowledge) : undefined,
    ...(plan && { plan }),
  }
}

function descriptionOf({ request: { settings, about } }: Result): string {
  const { guidanceInterval } = runSettingsOf(settings)
  const where = guidanceInterval ? ` at noise levels ${guidanceInterval.join(' to ')}` : ''
  return `One picture of seed ${settings.seed}, ${settings.numSteps} steps, guidance ${settings.guidanceScale}${where}, made in a browser on ${about.runtime.name}.`
}

async function comparisonOf(result: Measured): Promise<Comparison> {
  const media = async (take: Take): Promise<Media> => {
    const metadata = metadataOf(take, result)
    const picture = await pictureOf(take.image, metadata)
    if (take.clip === undefined) return picture
    return { ...picture, base64: base64(await encodeApng(take.clip, metadata)), still: picture.base64 }
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
  const { subject, settings, source } = result.request
  return {
    caption: subject,
    seed: settings.seed,
    pictures,
    ...(source && { source: await pictureOf(withoutAlpha(source.image), {}) }),
  }
}

async function pictureOf(image: RgbImage, metadata: Metadata): Promise<Media> {
  const { width, height } = image
  return { type: 'image/png', width, height, base64: base64(await encodePng(image, metadata)) }
}

/** Pictures to edit were laid on white when they were read: alpha says nothing any more. */
function withoutAlpha({ width, height, data }: ImageInput): RgbImage {
  const channels = data.length / (width * height)
  return { width, height, data: Uint8Array.from(data.filter((_, n) => n % channels < 3)) }
}

function base64(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}
