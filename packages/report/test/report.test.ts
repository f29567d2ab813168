import { createHash } from 'node:crypto'
import { Script } from 'node:vm'
import type { BenchDocument, BenchRow } from '@fastflow/bench'
import type { PlanDocument } from '@fastflow/core'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ModelSection, ReportDocument } from '../src/document.ts'
import { renderReport } from '../src/report.ts'

const steps = 12
let png = ''

beforeAll(async () => {
  const create = { width: 32, height: 24, channels: 3 as const, background: '#c33' }
  png = (await sharp({ create }).png().toBuffer()).toString('base64')
})

function row(method: string, nfe: number, psnr: number, exact: number): BenchRow {
  const around = (mean: number) => ({ mean, p10: mean - 4, min: mean - 9 })
  return {
    method,
    nfe,
    passes: 2 * nfe,
    psnr: psnr === 100 ? { mean: 100, p10: 100, min: 100 } : around(psnr),
    ssim: { mean: psnr / 100, p10: psnr / 110, min: psnr / 120 },
    exact: { psnr: around(exact) },
    harm: 0.1,
    modelMs: 3 * nfe,
    overheadMs: 0.05 * nfe,
    wallMs: 3.05 * nfe,
    speedup: steps / nfe,
    skips: { 0: 4, 2: 2 },
  }
}

const rows = [
  row('full', steps, 100, 30),
  row('euler-4', 4, 20, 19),
  row('euler-6', 6, 24, 23),
  row('ab2-4', 4, 23, 22),
  row('ab2-6', 6, 29, 30.5),
  row('random-6', 6, 18, 18),
  row('flat', 7.5, 25, 24),
  row('paper', 5.8, 27, 26),
]

function bench(of: readonly BenchRow[]): BenchDocument {
  return {
    version: 1,
    model: 'tiny',
    steps,
    samples: 8,
    seed: 1,
    guidanceScale: 2,
    exactSteps: 60,
    paperGenerations: 200,
    planEvaluations: 0,
    planExactEvaluations: 0,
    evaluations: { learning: 0, planning: 0, oracle: 0, tuning: 0, samples: 0 },
    tuningSamples: 0,
    environment: { node: 'v20', backend: 'cpu', threads: 2, eventLoopLagP99Ms: 11.2 },
    rows: of,
    contests: [],
    passes: [],
  }
}

function section(changes: Partial<ModelSection> = {}): ModelSection {
  const picture = (method: string, psnr: number | undefined, decisions: string) => ({
    method,
    nfe: decisions.replaceAll('S', '').length,
    psnr,
    decisions,
    media: { type: 'image/png' as const, width: 32, height: 24, base64: png },
  })
  return {
    model: 'tiny',
    description: 'A model of the tests.',
    bench: bench(rows),
    comparisons: ['cat', 'dog'].map((caption, index) => ({
      caption,
      seed: index + 1,
      pictures: [
        picture('full', undefined, 'C'.repeat(steps)),
        picture('paper', 27.31, 'CCSSCSSCSSCC'),
        picture('ab2-6', 29, 'CCCCCC'),
      ],
    })),
    learning: {
      policy: 'ucb1-skip',
      steps,
      arms: [0, 2],
      nfe: [12, 9, 7, 6, 6, 5, 6, 6],
      pulls: [0, 1].map((arm) =>
        Array.from({ length: steps }, (_, step) => (arm === 1 && step > 8 ? 0 : step + 1)),
      ),
      means: [0, 1].map((arm) =>
        Array.from({ length: steps }, (_, step) => (step > 8 ? undefined : arm - 0.3)),
      ),
    },
    ...changes,
  }
}

function report(...sections: readonly ModelSection[]): ReportDocument {
  return { title: 'A report', created: '2026-02-11T14:05:00Z', command: 'fastflow demo --out out/', sections }
}

/** Checks that tags nest; returns how often each element occurs. Scripts and styles are text. */
function elements(page: string): ReadonlyMap<string, number> {
  const voids = new Set(['meta', 'img', 'input', 'source'])
  const counts = new Map<string, number>()
  const open: string[] = []
  const body = page.replace(/(<(script|style)>)[\s\S]*?(<\/\2>)/g, '$1$3')
  const tag = /<(\/?)([a-z][\w-]*)((?:\s+[\w:-]+(?:="[^"<]*")?)*)\s*(\/?)>|<(?!!doctype)/gi
  for (const [text, closing, name, , selfClosing] of body.matchAll(tag)) {
    if (name === undefined) throw new Error(`a stray < at: ${text}`)
    if (closing) expect(open.pop()).toBe(name)
    else if (!selfClosing && !voids.has(name)) open.push(name)
    if (!closing) counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  expect(open).toEqual([])
  return counts
}

const attributes = (page: string, name: string): readonly string[] =>
  [...page.matchAll(new RegExp(`\\s${name}="([^"]*)"`, 'g'))].map(([, value]) => value ?? '')

describe('the report', () => {
  it('nests its tags, and every id is unique and every reference leads to one', () => {
    const page = renderReport(report(section(), section()))
    const counts = elements(page)
    expect(page.startsWith('<!doctype html>\n<html lang="en">')).toBe(true)
    for (const once of ['html', 'head', 'body', 'main', 'title', 'h1', 'script', 'style']) {
      expect(counts.get(once), once).toBe(1)
    }
    const ids = attributes(page, 'id')
    expect(new Set(ids).size).toBe(ids.length)
    const links = attributes(page, 'href').map((href) => href.replace(/^#/, ''))
    for (const id of [...attributes(page, 'aria-labelledby'), ...links]) expect(ids).toContain(id)
    for (const [, id] of page.matchAll(/url\(#([^)]+)\)/g)) expect(ids).toContain(id)
  })

  it('reaches for nothing outside the file', () => {
    const page = renderReport(report(section(), section()))
    expect(page.replaceAll('http://www.w3.org/', '')).not.toMatch(
      /https?:|\/\/[a-z]+\.|@import|<link|<iframe/i,
    )
    for (const source of attributes(page, 'src')) expect(source).toMatch(/^data:image\/png;base64,/)
  })

  it('lets no script run but its own, which parses', () => {
    const page = renderReport(report(section()))
    const own = /<script>([\s\S]*?)<\/script>/.exec(page)?.[1] ?? ''
    const hash = createHash('sha256').update(own).digest('base64')
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1]?.replaceAll('&#39;', "'")
    expect(policy).toContain("default-src 'none'; img-src data:;")
    expect(policy).toContain(`script-src 'sha256-${hash}';`)
    expect(() => new Script(own)).not.toThrow()
  })

  it('shows control characters and overrides of direction as they are written', () => {
    const hostile = 'x\u001b[31m\u0000\u009b\u202e\r\u2066-4'
    const base = section()
    const evil: ModelSection = {
      ...base,
      model: hostile,
      description: hostile,
      bench: { ...bench([...rows, { ...rows[1]!, method: hostile }]), model: hostile },
      comparisons: base.comparisons.map((comparison) => ({
        ...comparison,
        caption: hostile,
        pictures: comparison.pictures.map((picture) => ({ ...picture, method: hostile })),
      })),
      learning: { ...base.learning!, policy: hostile },
    }
    const page = renderReport({ title: hostile, created: hostile, command: hostile, sections: [evil, evil] })
    expect(page).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}/u)
    expect(page).toContain('x\\u001b[31m\\u0000\\u009b\\u202e\\u000d\\u2066')
  })

  it('escapes whatever a user wrote, everywhere it is shown', () => {
    const hostile = `</script></style><img src=x onerror="alert('1')">&amp;"'`
    const base = section()
    const evil = section({
      model: hostile,
      description: hostile,
      bench: { ...bench([...rows, { ...rows[1]!, method: hostile }]), model: hostile },
      comparisons: base.comparisons.map((comparison) => ({
        ...comparison,
        caption: hostile,
        pictures: comparison.pictures.map((picture) => ({ ...picture, method: hostile })),
      })),
      learning: { ...base.learning!, policy: hostile },
    })
    const page = renderReport({ title: hostile, created: hostile, command: hostile, sections: [evil, evil] })
    const counts = elements(page)
    expect(page).not.toContain('<img src=x')
    expect(counts.get('img')).toBe(12)
    expect(page).toContain(
      '&lt;/script&gt;&lt;/style&gt;&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;amp;',
    )
  })

  it('is the same bytes for the same document', () => {
    expect(renderReport(report(section()))).toBe(renderReport(report(section())))
  })

  it('holds each image once and stays small beside them', () => {
    const page = renderReport(report(section()))
    expect(page.split(png).length - 1).toBe(6)
    expect(page.length - 6 * png.length).toBeLessThan(200_000)
  })

  it('draws every chart for wide and for narrow screens, with words for those who cannot see', () => {
    const page = renderReport(report(section()))
    for (const chart of ['own', 'exact', 'learning', 'skips', 'pulls', 'rewards']) {
      const figure = new RegExp(`<figure class="chart[^>]*id="model-1-${chart}">([\\s\\S]*?)</figure>`).exec(
        page,
      )?.[1]
      expect(
        figure?.match(/<div class="drawing (wide|narrow)" role="img" aria-label="[^"]{20,}"><svg/g),
        chart,
      ).toHaveLength(2)
      expect(figure?.match(/<path/g)?.length, chart).toBeGreaterThan(20)
    }
  })

  it('colours charts by variables that the style sheet has for light and dark', () => {
    const page = renderReport(report(section()))
    const drawings = page.match(/<div class="drawing[\s\S]*?<\/svg>/g)?.join('') ?? ''
    const visible = drawings.replace(/<defs[\s\S]*?<\/defs>/g, '').replace(/ fill-opacity="0"/g, '')
    expect(visible.match(/(?:fill|stroke)="(?:#|rgb)[^"]*"/g)).toBeNull()
    for (const [, name] of drawings.matchAll(/var\((--[\w-]+)\)/g)) {
      expect(page.split(`${name}: #`).length - 1, name).toBeGreaterThanOrEqual(2)
    }
  })
})

describe('a page without a script', () => {
  it('shows the same pictures and figures, none of them a control', () => {
    const page = renderReport(report(section()), { script: false })
    const counts = elements(page)
    for (const gone of ['script', 'button', 'input']) expect(counts.has(gone), gone).toBe(false)
    expect(counts.get('img')).toBe(6)
    expect(counts.get('table')).toBe(1)
    expect(page).not.toContain('script-src')
    expect(page).not.toContain('Pick an image below')
    expect(page).toContain('default-src &#39;none&#39;; img-src data:')
    expect(page.match(/class="strip"/g)).toHaveLength(6)
  })

  it('shows a picture that nothing is compared with', () => {
    const [first] = section().comparisons
    const alone = [{ ...first!, pictures: first!.pictures.slice(1, 2) }]
    const page = renderReport(report(section({ comparisons: alone, bench: bench([]) })), { script: false })
    expect(elements(page).get('img')).toBe(1)
    expect(page).toContain('>What was made</h3>')
    expect(page).not.toContain('Side by side')
  })
})

describe('a page of one sample', () => {
  it('speaks of one, and of the browser and the plan where there are any', () => {
    const one: BenchDocument = {
      ...bench([rows[0]!, row('plan-6', 6, 30, 28)]),
      samples: 1,
      environment: { browser: 'Lynx/2.9', backend: 'wasm', threads: 1, eventLoopLagP99Ms: 0 },
    }
    const quality = { mean: 33, p10: 30, min: 28, runs: 4, basis: 'held-out' }
    const plan = {
      key: { schedule: { name: 'linear', sigmas: new Array(steps + 1).fill(0) } },
      plans: [{ budget: 6, nfe: 6, quality }],
    } as unknown as PlanDocument
    const { command: _, ...untyped } = report(section({ bench: one, plan }))
    const page = renderReport(untyped)
    expect(page).toContain('Over one sample,')
    expect(page).toContain('<dt>Browser</dt><dd>Lynx/2.9</dd>')
    for (const absent of ['<dt>Node</dt>', 'Event-loop lag', 'worst tenth 26', '<code>', '1 samples'])
      expect(page, absent).not.toContain(absent)
    expect(page).toMatch(/<figure class="chart" id="model-1-plan">/)
    expect(page).toContain('this sample, measured')
  })
})

describe('the sections', () => {
  it('emphasise the best of each number of evaluations, the policy among its neighbours', () => {
    const page = renderReport(report(section()))
    const best = [
      ...page.matchAll(/<tr(?: class="starts")?><th scope="row" data-value="([^"]+)">(.*?)<\/tr>/g),
    ]
      .filter(([, , cells]) => cells?.includes('best'))
      .map(([, method]) => method)
    expect(best).toEqual(['ab2-4', 'ab2-6'])
    expect(page.match(/title="closer than the full run"/g)).toHaveLength(1)
    expect(page).toContain('<td class="number first" data-value="100">identical</td>')
  })

  it('name the best other method at the cost of the policy, also where it is ahead', () => {
    const page = renderReport(report(section()))
    expect(page).toContain('<b>ab2-6</b>, 2.0 dB ahead of the learned policy')
    const behind = rows.filter((row) => row.method !== 'ab2-6')
    expect(renderReport(report(section({ bench: bench(behind) })))).toContain(
      '<b>euler-6</b>, 3.0 dB behind the learned policy',
    )
  })

  it('show small images as crisp pixels of their own proportions', () => {
    const page = renderReport(report(section()))
    expect(page).toContain('alt="cat, seed 1, by paper" width="32" height="24" class="pixelated">')
    expect(page).toContain('data-nfe="6 of 12" data-psnr="27.3\u00a0dB" data-speed="2.07×"')
  })

  it('come across models first, then models, then what the words mean', () => {
    const page = renderReport(report(section({ model: 'one' }), section({ model: 'two' })))
    const places = ['In short', 'id="model-1-title"', 'id="model-2-title"', 'How to read this']
    const found = places.map((text) => page.indexOf(text))
    expect(found.every((at) => at > 0)).toBe(true)
    expect(found).toEqual([...found].sort((a, b) => a - b))
    expect(page).toContain(
      'The learned policy evaluates 5.8 of 12 steps; the best other method at that cost, ab2-6',
    )
    expect(page).toContain('data-from="model-1" data-method="paper"')
    expect(renderReport(report(section()))).not.toContain('In short')
  })

  it('warn where the same work took very different times', () => {
    const spread = (p90: number) => rows.map((one) => ({ ...one, wall: { p10: 10, p90 } }))
    expect(renderReport(report(section({ bench: bench(spread(12)) })))).not.toContain('other work went on')
    expect(renderReport(report(section({ bench: bench(spread(19)) })))).toContain(
      'times of one method differ by 1.90× between samples: other work went on',
    )
  })

  it('doubt a speedup that the passes saved cannot account for', () => {
    const words = 'more than 3.00× is the machine having been busy'
    const faster = { ...row('plan-4', 4, 25, 24), speedup: 3.7 }
    const page = (plan: BenchRow) => renderReport(report(section({ bench: bench([...rows, plan]) })))
    expect(page(faster)).toContain(words)
    expect(page({ ...faster, speedup: 3.3 })).not.toContain('having been busy')
  })

  it('let clips be paused, and show those who asked for less motion a still', () => {
    const comparisons = section().comparisons.map((comparison) => ({
      ...comparison,
      pictures: comparison.pictures.map((one) => ({ ...one, media: { ...one.media, still: png } })),
    }))
    const page = renderReport(report(section({ comparisons })))
    elements(page)
    expect(page.match(/<source media="\(prefers-reduced-motion: reduce\)"/g)).toHaveLength(6)
    expect(page.match(/<button type="button" class="pause"/g)).toHaveLength(1)
    expect(renderReport(report(section()))).not.toContain('class="pause"')
  })

  it('hold figures against the floor where one was measured', () => {
    const heads = (of: readonly BenchRow[]) =>
      [...renderReport(report(section({ bench: bench(of) }))).matchAll(/<th scope="col"[^>]*>([^<]*)</g)].map(
        ([, head]) => head,
      )
    expect(heads(rows)).not.toContain('floor')
    expect(heads([...rows, row('floor', 10, 40, 29)])).toContain('floor')
  })

  it('say which sample is the worst by a plan', () => {
    const { comparisons, ...rest } = section({ bench: bench([...rows, row('plan-6', 6, 36, 30)]) })
    const planned = comparisons.map((comparison, index) => ({
      ...comparison,
      pictures: comparison.pictures.map((picture) => {
        return picture.method === 'paper'
          ? { ...picture, method: 'plan-6', psnr: index === 1 ? 27 : 34 }
          : picture
      }),
    }))
    const page = renderReport(report({ ...rest, comparisons: planned }))
    expect(page.match(/the worst of 8 by plan-6/g)).toHaveLength(1)
    expect(page).toMatch(/dog<\/bdi><span>seed 2, the worst of 8 by plan-6/)
  })

  it('are left out where they have nothing to show', () => {
    const page = renderReport(report(section({ comparisons: [], learning: undefined, bench: bench([]) })))
    const counts = elements(page)
    for (const gone of ['table', 'figure', 'img', 'button', 'input', 'h3'])
      expect(counts.has(gone), gone).toBe(false)
    expect(page).toContain('A model of the tests.')
  })

  it('leave out what was learned, and the stage where there is nothing to compare with', () => {
    const alone = section().comparisons.map((comparison) => ({
      ...comparison,
      pictures: comparison.pictures.slice(0, 1),
    }))
    const page = renderReport(report(section({ comparisons: alone, learning: undefined })))
    elements(page)
    expect(page).not.toContain('data-stage hidden')
    expect(page).not.toContain('id="model-1-pulls"')
    expect(page).toContain('id="model-1-skips"')
  })

  it('may be none at all', () => {
    const page = renderReport(report())
    expect(elements(page).has('nav')).toBe(false)
  })
})
