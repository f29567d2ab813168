import { nodeBackend } from '@fastflow/backend-node'
import { invalidArgument, type QualityProxy } from '@fastflow/core'
import { loadClip, msSsimProxy, psnrProxy, ssimProxy } from '@fastflow/proxies'
import { pathAt } from '../files.ts'
import type { Io } from '../io.ts'
import { openPerceptual } from './open-perceptual.ts'
import type { OpenProxy } from './opened.ts'

type Open = (io: Io, weights: string | undefined) => Promise<OpenProxy>

const PROXIES: Readonly<Record<string, Open>> = {
  psnr: plain(psnrProxy()),
  ssim: plain(ssimProxy()),
  'ms-ssim': plain(msSsimProxy()),
  lpips: network('lpips'),
  'lpips-alex': network('lpips-alex'),
  'lpips-squeeze': network('lpips-squeeze'),
  'lpips-vgg': network('lpips-vgg'),
  perceptual: network('perceptual'),
  clip: openClip,
}

/** Names that `openProxy` takes. */
export const PROXY_NAMES: readonly string[] = Object.keys(PROXIES)

/**
 * Opens a quality proxy by its name.
 *
 * @param weights path of its network; its default, if it has one, when undefined.
 * @throws FastFlowError `invalid-argument`, `model-not-found`, `model-unreadable`, `model-mismatch`.
 */
export async function openProxy(io: Io, name: string, weights?: string): Promise<OpenProxy> {
  const open = PROXIES[name]
  if (open === undefined)
    throw invalidArgument('--proxy', `"${name}" is not one of ${PROXY_NAMES.join(', ')}`)
  return open(io, weights)
}

function plain(proxy: QualityProxy): Open {
  return async (_, weights) => {
    if (weights !== undefined) throw invalidArgument('--weights', `${proxy.name} has none; leave it out`)
    return { proxy, dispose: async () => {} }
  }
}

function network(name: string): Open {
  return (io, weights) => openPerceptual(io, name, weights)
}

async function openClip(io: Io, weights: string | undefined): Promise<OpenProxy> {
  if (weights === undefined) {
    const example = 'for emoji models/emoji-clip'
    throw invalidArgument('--weights', `is missing; give a folder with an ONNX export of CLIP, ${example}`)
  }
  const folder = await nodeBackend().open(pathAt(io, weights, '--weights'))
  const { proxy, dispose } = await loadClip(folder, { signal: io.signal })
  return { proxy, dispose }
}
