import { checkFlag, checkOptions, type OptionNames } from '@fastflow/core/backend'
import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { checkReport } from './check/report.ts'
import type { ReportDocument } from './document.ts'
import { longDate } from './format.ts'
import { html, type Markup, trusted } from './html.ts'
import { script } from './script.ts'
import { modelSection } from './sections/model.ts'
import { overview } from './sections/overview.ts'
import { precisionSection } from './sections/precision.ts'
import { readingGuide } from './sections/reading.ts'
import { style } from './style/style.ts'

export interface RenderOptions {
  /**
   * Whether the page may run its own script, which slides pictures over each other and sorts the table. Without it the page shows
   * the same for readers that refuse scripts, such as previews of mail. Default true.
   */
  readonly script?: boolean
}

const names: OptionNames<RenderOptions> = { script: true }

/**
 * The report as one HTML file that needs no network: images, charts, style and script are inside.
 *
 * Captions and names are escaped, and the page's own policy lets no script run but its own and nothing be
 * fetched. The same document gives the same bytes.
 *
 * @throws FastFlowError `invalid-argument` naming the part of the document, e.g. `document.sections[0].bench.rows[2].psnr.mean`, or the option.
 */
export function renderReport(document: ReportDocument, options: RenderOptions = {}): string {
  checkReport(document)
  checkOptions('options', options, names)
  checkFlag('script', options.script)
  const { title, created, command, sections, precision = [] } = document
  const { script: live = true } = options
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(live)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="fastflow">
<title>${title}</title>
<style>${trusted(style)}</style>
</head>
<body>
<header class="page">
<p class="brand">FastFlow report</p>
<h1>${title}</h1>
<p class="made"><time datetime="${created}">${longDate(created)}</time>${command === undefined ? undefined : html`<code>${command}</code>`}</p>
${contents(document)}
</header>
<main>
${overview(sections, live)}
${precision.map((one, index) => precisionSection(one, `precision-${index + 1}`))}${sections.map((section, index) => modelSection(section, `model-${index + 1}`, live))}
${readingGuide(document)}
</main>${
    live
      ? html`
<script>${trusted(script)}</script>`
      : undefined
  }
</body>
</html>
`
  return page.text
}

function contents({ sections }: ReportDocument): Markup | undefined {
  if (sections.length < 2) return undefined
  const links = sections.map(({ model }, index) => html`<li><a href="#model-${index + 1}">${model}</a></li>`)
  return html`<nav aria-label="Models"><ul>${links}</ul></nav>`
}

function policy(live: boolean): string {
  const hash = btoa(String.fromCharCode(...sha256(utf8ToBytes(script))))
  return `default-src 'none'; img-src data:; style-src 'unsafe-inline'; ${live ? `script-src 'sha256-${hash}'; ` : ''}base-uri 'none'; form-action 'none'`
}
