/** Type, spacing, header and the sections of the page. */
export const pageStyle: string = `
* { box-sizing: border-box; }
html { scroll-behavior: smooth; -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; max-width: 1240px; padding: 0 clamp(16px, 4vw, 48px) 80px;
  background: var(--page); color: var(--ink); font: 16px/1.55 var(--sans);
  font-variant-numeric: tabular-nums;
}
h1, h2, h3, h4, p, ul, ol, dl, dd, figure, fieldset { margin: 0; padding: 0; border: 0; }
ul, ol { list-style: none; }
h1, h2, h3 { line-height: 1.15; letter-spacing: -0.02em; text-wrap: balance; }
h1 { font-size: clamp(30px, 5vw, 46px); font-weight: 700; overflow-wrap: anywhere; }
h2 { font-size: clamp(25px, 3.6vw, 34px); overflow-wrap: anywhere; }
h3 { font-size: 20px; letter-spacing: -0.01em; }
h4 { font-size: 15.5px; }
small { font-size: 0.55em; font-weight: 500; color: var(--muted); letter-spacing: 0; }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }

header.page { padding: clamp(36px, 7vw, 80px) 0 28px; }
.brand { color: var(--accent); font-size: 13px; font-weight: 650; letter-spacing: 0.09em; text-transform: uppercase; margin-bottom: 10px; }
.made { display: flex; flex-wrap: wrap; gap: 10px 18px; align-items: center; margin-top: 18px; color: var(--muted); font-size: 14px; }
.made code { font: 13px/1.5 var(--mono); color: var(--ink); background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 4px 10px; overflow-wrap: anywhere; }
.made code::before { content: "$ "; color: var(--muted); }
nav ul { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 20px; }
nav a { display: block; padding: 5px 14px; border: 1px solid var(--line); border-radius: 999px; background: var(--card); text-decoration: none; font-size: 14px; }

.reading { border-block: 1px solid var(--line); padding: 18px 0; }
.reading summary { cursor: pointer; }
.reading summary h2 { display: inline; font-size: 18px; letter-spacing: 0; }
.reading .columns { display: grid; grid-template-columns: minmax(0, 1.25fr) minmax(0, 1fr); gap: 14px 56px; padding-top: 12px; font-size: 14.5px; color: var(--muted); }
.reading p + p { margin-top: 9px; }
.reading b, .reading dt { color: var(--ink); font-weight: 620; }
.methods div { display: grid; grid-template-columns: 92px 1fr; gap: 12px; padding: 6px 0; }
.methods div + div { border-top: 1px solid var(--line); }
.methods dt { font: 600 13px/1.75 var(--mono); }

.reading { margin-top: clamp(48px, 7vw, 84px); }
.overview { padding-top: 8px; }
.overview ol { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 14px; margin-top: 16px; }
.overview li { display: flex; gap: 18px; padding: 18px 20px; background: var(--card); border: 1px solid var(--line); border-radius: 14px; }
.overview li > div:last-child { min-width: 0; }
.overview p { margin-top: 6px; color: var(--muted); font-size: 14.5px; }
.overview .gain { color: var(--ink); }
.overview .gain strong { font-size: 22px; letter-spacing: -0.02em; }
.slot { flex: none; width: 112px; }
.slot:empty { display: none; }
.slot img { display: block; width: 100%; height: auto; border-radius: 8px; }

.model { margin-top: clamp(48px, 7vw, 84px); }
.model > header .description { margin-top: 8px; max-width: 70ch; color: var(--muted); }
.model > section { margin-top: clamp(40px, 5vw, 60px); }
.lead { margin: 6px 0 18px; max-width: 85ch; color: var(--muted); font-size: 14.5px; }

.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(210px, 1fr)); gap: 1px; margin-top: 26px; background: var(--card); border: 1px solid var(--line); border-radius: 14px; overflow: hidden; }
.tiles li { display: flex; flex-direction: column; gap: 4px; padding: 18px 20px; outline: 1px solid var(--line); }
.tiles .what { font-size: 13px; color: var(--muted); }
.tiles strong { font-size: 32px; line-height: 1.15; letter-spacing: -0.025em; }
.tiles .note { font-size: 13px; color: var(--muted); }
.tiles .note b { color: var(--ink); font-weight: 620; }

.setting { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 14px 22px; margin-top: 40px; padding-top: 18px; border-top: 1px solid var(--line); font-size: 14px; }
.setting dt { color: var(--muted); font-size: 12.5px; }
.setting dd { overflow-wrap: anywhere; }

@media (max-width: 760px) {
  .reading .columns { grid-template-columns: minmax(0, 1fr); }
  .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .tiles li { padding: 14px; }
  .tiles li:last-child:nth-child(odd) { grid-column: 1 / -1; }
  .tiles strong { font-size: 25px; }
}
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
@page { margin: 14mm; }
@media print {
  body { max-width: none; padding: 0; font-size: 11pt; }
  header.page { padding-top: 0; }
  .tiles { grid-template-columns: repeat(4, 1fr); }
  .tiles li { padding: 10px 12px; }
  .tiles strong { font-size: 19pt; }
  .tiles, .chart, .seed, .setting, .overview li, .reading p, .methods div, tr { break-inside: avoid; }
  nav { display: none; }
  h2, h3, h4, .lead, .model > header, summary, figcaption, thead { break-after: avoid; }
}
`
