import { type PlanDocument, parsePlan } from '@fastflow/core'
import { exportPlan } from '@fastflow/report'
import { expect, it } from 'vitest'

const entry = (nodes: readonly number[], guidance?: object): object => ({
  ...{ budget: nodes.length, nfe: nodes.length, nodes, weights: nodes.map(() => [-0.25]) },
  ...{ quality: { mean: 30, p10: 29, min: 28, runs: 3, basis: 'rehearsed' }, scores: [], scoredOn: [] },
  ...(guidance && { guidance }),
})
const document = {
  ...{ format: 'fastflow-plan', version: 4, floor: { fewerSteps: [], exact: [] } },
  key: {
    ...{ model: null, guidance: 3, dims: [4], dtype: null, target: 'baseline' },
    schedule: { name: 'by hand', sigmas: [1, 0.8, 0.6, 0.4, 0.2, 0] },
    basis: { order: 'newest-first', depth: 4 },
  },
  calibration: { seeds: [1], heldOut: [], evaluations: 0, fullGenerations: 0, borrowed: 5, range: 2 },
  plans: [entry([0, 1, 3])],
  joint: [{ ...entry([0, 2], { nodes: [0], weights: [[-0.1], [-0.1]] }), budget: 3 }],
} as unknown as PlanDocument
const frontier = parsePlan(document)

it('a plan in the words of other tools', () => {
  expect(exportPlan(frontier, 3, 'mask')).toBe('1,1,0,1,0')
  expect(exportPlan(frontier, 3, 'decisions')).toBe('CCSCS')
  expect(exportPlan(frontier, 3, 'sigmas')).toBe('1, 0.8, 0.4, 0')
  expect(exportPlan(frontier, 5, 'sigmas')).toBe('1, 0.8, 0.6, 0.4, 0.2, 0')
  expect(exportPlan(frontier, 3, 'sd.cpp')).toBe(
    '--steps 5 --cache-mode cache-dit --scm-policy static --scm-mask "1,1,0,1,0"',
  )
  expect(exportPlan(frontier, 3, 'cache-dit')).toContain('steps_computation_mask=[1, 1, 0, 1, 0],')
  const node = exportPlan(frontier, 3, 'comfyui')
  expect(node).toContain(
    'SIGMAS = [1, 0.8, 0.4, 0]\nWEIGHTS = [\n    [-0.25],\n    [-0.25],\n    [-0.25],\n]',
  )
})

it('a node for ComfyUI follows plans of evaluations alone', () => {
  expect(() => exportPlan(frontier, 5, 'comfyui')).toThrow(/^budget: is not below the steps/)
  expect(exportPlan(frontier, { passes: 3 }, 'decisions')).toBe('CSGSS')
  expect(() => exportPlan(frontier, { passes: 3 }, 'comfyui')).toThrow(
    /^budget: is of a plan that weighs guidance/,
  )
})
