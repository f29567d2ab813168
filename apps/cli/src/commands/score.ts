import { invalidArgument, type QualityProxy } from '@fastflow/core'
import type { Io } from '../io.ts'
import { openProxy, PROXY_NAMES } from '../proxies/open-proxy.ts'
import { readImage } from '../read-image.ts'

export { PROXY_NAMES }

export interface ScoreOptions {
  readonly proxy: string
  readonly weights?: string
  /** Path of the picture to compare with. */
  readonly reference?: string
  readonly prompt?: string
  readonly json?: boolean
}

/** One number for a picture, from the proxy named. */
export async function scoreCommand(io: Io, path: string, options: ScoreOptions): Promise<void> {
  const { proxy, dispose } = await openProxy(io, options.proxy, options.weights)
  try {
    checkNeeds(proxy, options)
    const image = await readImage(io, path, undefined, 'IMAGE')
    const { reference: other, prompt } = options
    const reference = other === undefined ? undefined : await readImage(io, other, undefined, '--reference')
    const { value, version } = await proxy.score({
      image,
      ...(reference !== undefined && { reference }),
      ...(prompt !== undefined && { prompt }),
    })
    if (options.json) return io.out(JSON.stringify({ proxy: proxy.name, version, value }, null, 2))
    io.out(`${proxy.name} ${value.toFixed(4)} (${version}, ${proxy.direction.replaceAll('-', ' ')})`)
  } finally {
    await dispose()
  }
}

function checkNeeds({ name, needs }: QualityProxy, { reference, prompt }: ScoreOptions): void {
  const problems = [
    ['--reference', needs.reference, reference, 'compares two pictures; give the other one'],
    ['--prompt', needs.prompt, prompt, 'holds a picture against words; say what it should show'],
  ] as const
  for (const [field, needed, given, fix] of problems) {
    if (needed && given === undefined) throw invalidArgument(field, `is missing: ${name} ${fix}`)
    if (!needed && given !== undefined) throw invalidArgument(field, `is not used by ${name}; leave it out`)
  }
}
