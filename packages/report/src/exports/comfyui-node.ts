import type { PlanEntry, PlanKey } from '@fastflow/core'

/** A Python file for `custom_nodes/` of ComfyUI: one node whose sampler follows one plan, and the plan's sigmas. */
export function comfyUiNode({ schedule, model }: PlanKey, entry: PlanEntry): string {
  const { nodes, weights, stateWeight = 1 } = entry
  const sigmas = [...nodes.map((node) => schedule.sigmas[node]!), 0]
  const steps = schedule.sigmas.length - 1
  // Whatever else a document says there would stand in a program.
  const name = model !== null && /^[0-9a-f]+$/.test(model) ? ` of model ${model.slice(0, 12)}` : ''
  const row = (values: readonly number[]): string => `    [${values.map(String).join(', ')}],`
  return `"""FastFlow: ${nodes.length} of ${steps} steps${name}. Put this file into ComfyUI's custom_nodes/.

Connect both outputs of the node to SamplerCustomAdvanced, with the model, guidance and size that the plan was made for.
"""

STEPS = ${steps}
SIGMAS = [${sigmas.map(String).join(', ')}]
WEIGHTS = [
${weights.map(row).join('\n')}
]
STATE_WEIGHT = ${stateWeight}


def follow(model, x, sigmas, extra_args=None, callback=None, disable=None):
    """\`model(x, sigma)\` gives the predicted data x - sigma v of a flow; each jump adds weighted velocities, newest first."""
    given = [float(sigma) for sigma in sigmas]
    if len(given) != len(SIGMAS) or max(abs(a - b) for a, b in zip(given, SIGMAS)) > 1e-4:
        raise ValueError("FastFlow: these are not the plan's sigmas; connect the sigmas of the FastFlow node, and denoise all of them")
    ones = x.new_ones([x.shape[0]])
    velocities = []
    for step, weights in enumerate(WEIGHTS):
        sigma = SIGMAS[step]
        denoised = model(x, sigma * ones, **(extra_args or {}))
        if callback is not None:
            callback({"x": x, "i": step, "sigma": sigma, "sigma_hat": sigma, "denoised": denoised})
        velocities = [(x - denoised) / sigma, *velocities][:${Math.max(...weights.map((one) => one.length))}]
        if step == len(WEIGHTS) - 1:
            x = STATE_WEIGHT * x
        for weight, velocity in zip(weights, velocities):
            x = x + weight * velocity
    return x


class FastFlowPlan:
    RETURN_TYPES = ("SAMPLER", "SIGMAS")
    FUNCTION = "get"
    CATEGORY = "sampling/custom_sampling/samplers"

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {}}

    def get(self):
        import comfy.samplers
        import torch

        return comfy.samplers.KSAMPLER(follow), torch.tensor(SIGMAS)


NODE_CLASS_MAPPINGS = {"FastFlowPlan${nodes.length}of${steps}": FastFlowPlan}
NODE_DISPLAY_NAME_MAPPINGS = {"FastFlowPlan${nodes.length}of${steps}": "FastFlow plan (${nodes.length} of ${steps} steps)"}
`.trimEnd()
}
