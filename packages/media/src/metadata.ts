import { invalidArgument, isRecord } from '@fastflow/core'
import { shown } from '@fastflow/core/backend'

/** What a file says of itself: plain JSON. */
export type Metadata = Readonly<Record<string, unknown>>

/**
 * An EXIF block that holds `metadata` as JSON.
 *
 * @throws FastFlowError `invalid-argument` for what is no JSON object.
 */
export function exifOf(
  metadata: Metadata | undefined,
): { readonly IFD0: { readonly Software: string; readonly ImageDescription: string } } | undefined {
  if (metadata === undefined) return undefined
  if (!isRecord(metadata))
    throw invalidArgument('metadata', `${shown(metadata)} is no object; pass one, or leave it out`)
  return { IFD0: { Software: 'FastFlow', ImageDescription: asciiJson(metadata) } }
}

// EXIF strings are ASCII.
function asciiJson(metadata: Metadata): string {
  let text: string
  try {
    text = JSON.stringify(metadata)
  } catch (cause) {
    throw invalidArgument(
      'metadata',
      `is not JSON (${(cause as Error).message.split('\n')[0]}); pass plain data`,
    )
  }
  return text.replaceAll(
    /[\u007f-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
