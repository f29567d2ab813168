import { invalidArgument, type Plan, type PlanBudget, type PlanEntry } from '@fastflow/core'
import { checkFrontier, checkOneOf } from '@fastflow/core/backend'
import { comfyUiNode } from './comfyui-node.ts'

/** Tools that a plan is written for. */
export const exportFormats = ['mask', 'decisions', 'sigmas', 'sd.cpp', 'cache-dit', 'comfyui'] as const

export type ExportFormat = (typeof exportFormats)[number]

/**
 * A plan in the words of another tool. Cost: none.
 *
 * `mask`: 1 for each step that is evaluated and 0 for the others; `decisions`: the same as letters, with G for the conditional pass
 * alone. `sigmas`: the noise levels that are evaluated and 0. `sd.cpp`: arguments of stable-diffusion.cpp; `cache-dit`: Python for its
 * `enable_cache`. All of these leave the weights out: the tool reuses or extrapolates in its own way, which costs fidelity. `comfyui`: a
 * file for `custom_nodes/` whose node has sampler and sigmas, weights included.
 *
 * @throws FastFlowError `invalid-argument` below the smallest budget, and with `comfyui` for the full run and for plans that weigh
 *   the guidance term apart.
 */
export function exportPlan(frontier: Plan, budget: PlanBudget, format: ExportFormat): string {
  checkFrontier('frontier', frontier)
  checkOneOf('format', format, exportFormats)
  const { key } = frontier.document
  const mask = frontier.mask(budget)
  switch (format) {
    case 'mask':
      return mask.join(',')
    case 'decisions':
      return frontier.decisions(budget)
    case 'sigmas':
      return [...key.schedule.sigmas.filter((_, k) => mask[k] === 1), 0].join(', ')
    case 'sd.cpp':
      return `--steps ${mask.length} --cache-mode cache-dit --scm-policy static --scm-mask "${mask.join(',')}"`
    case 'cache-dit':
      return cacheDit(mask)
    case 'comfyui':
      return comfyUiNode(key, weighted(frontier.entry(budget)))
  }
}

function weighted(entry: PlanEntry | undefined): PlanEntry {
  if (entry === undefined)
    throw invalidArgument('budget', 'is not below the steps of the grid: there is nothing to follow')
  if (entry.guidance === undefined) return entry
  throw invalidArgument(
    'budget',
    'is of a plan that weighs guidance apart, which a sampler does not see; give nfe',
  )
}

/** The first block is computed at every step, as cache-dit wants it; a skipped step adds the last residual of the others. */
function cacheDit(mask: readonly number[]): string {
  return `import cache_dit

# pipe(..., num_inference_steps=${mask.length})
cache_dit.enable_cache(
    pipe,
    cache_config=cache_dit.DBCacheConfig(
        Fn_compute_blocks=1,
        Bn_compute_blocks=0,
        num_inference_steps=${mask.length},
        steps_computation_mask=[${mask.join(', ')}],
        steps_computation_policy="static",
    ),
)`
}
