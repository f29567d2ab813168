import type { DecisionRecord } from '@fastflow/pipelines'
import { expect, it } from 'vitest'
import { countDecision } from '../src/metrics/count-run.ts'
import { createMetrics } from '../src/metrics/metrics.ts'
import { serving, tiny } from './support/serving.ts'

it('counts what networks did, and did not have to', async () => {
  const words = await tiny('words')
  {
    await using live = await serving({ models: { words } })
    await words.generate('red', { accelerate: { method: 'plan', nfe: 6 } })
    const asked = { prompt: 'red', fastflow: { nfe: 6 } }
    await live.client.post('/images/generations', { body: asked })
    await live.client.post('/images/generations', { body: { prompt: 'red', quality: 'high' } })
    const text = await (await fetch(`${live.base}/metrics`)).text()
    for (const line of [
      'fastflow_evaluations_total{model="words"} 18',
      'fastflow_evaluations_saved_total{model="words"} 6',
      'fastflow_passes_total{model="words"} 36',
      'fastflow_jobs_total{model="words",outcome="completed"} 2',
      'fastflow_requests_total{route="/v1/images/generations",method="POST",code="200"} 2',
      'fastflow_queue_waiting 0',
      'fastflow_models_loaded 1',
      'fastflow_drift_alarms_total 0',
    ])
      expect(text.split('\n')).toContain(line)
    expect(text).toMatch(/fastflow_model_seconds_total\{model="words"\} 0\.\d+/)
  }
  await words.dispose()
})

it('counts how targets are kept, of measured plans alone', () => {
  const metrics = createMetrics()
  const record = (arm: number, score: number) =>
    ({
      arm,
      arms: [6, 12],
      metric: 'psnr',
      limit: 30,
      scores: [{ arm, score, landings: [] }],
    }) as unknown as DecisionRecord
  for (const [arm, score] of [
    [0, 31],
    [0, 29],
    [0, 40],
    [1, Infinity],
  ] as const)
    countDecision(metrics, 'm', record(arm, score))
  const text = metrics.render({})
  expect(text).toContain('fastflow_targets_total{model="m",metric="psnr",outcome="kept"} 2')
  expect(text).toContain('fastflow_targets_total{model="m",metric="psnr",outcome="missed"} 1')
})
