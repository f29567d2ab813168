import type { RunSettings } from '../task/options.ts'
import type { Guidance, RunKey } from '../task/run.ts'
import type { TaskModel } from '../task/task-model.ts'
import { attempt } from './attempt.ts'
import type { InspectedGuidance } from './document.ts'

/** What guidance of a model means, found by asking for scales. */
export function inspectGuidance(model: TaskModel, run: RunKey): InspectedGuidance {
  const { guidanceScale: scale, trueGuidanceScale } = model.defaults
  const at = (settings: RunSettings): Guidance | undefined => attempt(() => model.guidance(settings, run))
  const passes = run.guidanceScale === 1 ? 1 : 2
  if (model.options.includes('trueGuidanceScale')) {
    const beside = `trueGuidanceScale above 1 and a negative prompt make a second pass${trueGuidanceScale === undefined ? '' : ` (default ${trueGuidanceScale})`}`
    if (run.embedded === undefined)
      return {
        kind: 'passes',
        scale: trueGuidanceScale ?? 1,
        off: 1,
        passes,
        meaning: `${beside}; guidanceScale has no effect`,
      }
    return { kind: 'input', scale, off: null, passes, meaning: `the network is fed the scale; ${beside}` }
  }
  if (run.embedded !== undefined)
    return { kind: 'input', scale, off: null, passes, meaning: 'the network is fed the scale' }
  const off = [1, 0].find((one) => at({ guidanceScale: one })?.guidanceScale === 1) ?? null
  if ((at({ guidanceScale: 2 })?.guidanceScale ?? 1) === 1)
    return { kind: 'none', scale: 1, off, passes, meaning: 'the model was made to run without' }
  const formula = off === 0 ? 'v_c + scale (v_c - v_0)' : 'v_0 + scale (v_c - v_0)'
  const joined = run.guided || passes === 1 ? '' : ', then brought to the size of v_c'
  return { kind: 'passes', scale, off, passes, meaning: `${formula}${joined}` }
}
