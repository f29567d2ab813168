import { createModelRunner } from '@fastflow/backend-node'
import { FastFlowError } from '@fastflow/core'
import { buildLpips, type Perceptual, perceptual } from '@fastflow/proxies'
import { installedPath } from '../cache.ts'
import { isFile, pathAt } from '../files.ts'
import type { Io } from '../io.ts'
import { findModelFile } from '../models.ts'
import type { OpenProxy } from './opened.ts'
import { readLocal } from './read-weights.ts'

const ESTIMATE = 'perceptual'

/**
 * Opens a perceptual distance. `lpips` is LPIPS-alex where it is installed, and else the estimate of it that is shipped.
 *
 * @param weights an ONNX file, or the safetensors file of LPIPS.
 * @throws FastFlowError `model-not-found`, `model-unreadable`, `model-mismatch`.
 */
export async function openPerceptual(io: Io, name: string, weights: string | undefined): Promise<OpenProxy> {
  const measure = await load(io, name, weights)
  const { proxy, dispose } = measure
  // Without weights `lpips` takes what there is; with them, LPIPS of any network.
  if (measure.name === name || (name === 'lpips' && (weights === undefined || measure.name !== ESTIMATE)))
    return { proxy, dispose }
  await dispose()
  const message = `--weights: ${weights} is ${measure.name}, not ${name}; change one of them`
  throw new FastFlowError({ code: 'model-mismatch', field: '--weights', message })
}

async function load(io: Io, name: string, weights: string | undefined): Promise<Perceptual> {
  const open = async (source: string | Uint8Array): Promise<Perceptual> =>
    perceptual(await createModelRunner(source, { name: `--proxy ${name}`, signal: io.signal }))
  if (weights !== undefined) return open(await given(io, weights))
  const installed = await installedFor(io, name)
  if (installed === undefined) return open(await shippedFor(io, name))
  try {
    return await open(installed)
  } catch (error) {
    const shipped = name === 'lpips' ? await shippedFor(io, name).catch(() => undefined) : undefined
    if (shipped === undefined) throw error
    io.log(`passed over: ${error instanceof Error ? error.message : String(error)} (${installed})`)
    return open(shipped)
  }
}

async function given(io: Io, weights: string): Promise<string | Uint8Array> {
  const path = pathAt(io, weights, '--weights')
  if (!path.endsWith('.safetensors')) return path
  return buildLpips(await readLocal(path, '--weights'), { name: weights }).model
}

async function installedFor(io: Io, name: string): Promise<string | undefined> {
  if (name === ESTIMATE) return undefined
  const path = installedPath(io, name === 'lpips' ? 'lpips-alex.onnx' : `${name}.onnx`)
  return path !== undefined && (await isFile(path)) ? path : undefined
}

async function shippedFor(io: Io, name: string): Promise<string> {
  if (name === ESTIMATE || name === 'lpips') {
    const shipped = await findModelFile(io, `${ESTIMATE}/model.onnx`)
    if (shipped !== undefined) {
      if (name === 'lpips')
        io.log('LPIPS is not installed: the shipped estimate of it is used ("fastflow proxies add lpips")')
      return shipped
    }
  }
  const net = name.replace('lpips-', '')
  const add = `fastflow proxies add lpips${name === 'lpips' ? '' : ` --net ${net}`} --from DIR`
  const fix =
    name === ESTIMATE ? 'set FASTFLOW_MODELS to the folder of models' : `run "${add}", or give --weights`
  throw new FastFlowError({
    code: 'model-not-found',
    field: '--proxy',
    message: `--proxy: ${name} is not installed; ${fix}`,
  })
}
