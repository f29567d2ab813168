/** The stage with its slider, and the gallery of thumbnails. */
export const compareStyle: string = `
.pixelated { image-rendering: pixelated; }
.stage { display: grid; grid-template-columns: minmax(0, 480px) minmax(0, 1fr); gap: 22px clamp(22px, 4vw, 52px); align-items: start; scroll-margin-top: 12px; padding: clamp(14px, 2.4vw, 26px); background: var(--card); border: 1px solid var(--line); border-radius: 16px; }
.stage[hidden] { display: none; }
.frame { --cut: 50%; position: relative; border-radius: 10px; overflow: hidden; background: var(--card); box-shadow: 0 0 0 1px var(--line); }
.frame:focus-within:has(:focus-visible) { outline: 3px solid var(--accent); outline-offset: 3px; }
.sides { position: relative; aspect-ratio: var(--ratio, 1); isolation: isolate; }
.side { position: absolute; inset: 0; }
.side picture { display: contents; }
.side img { display: block; width: 100%; height: 100%; object-fit: contain; }
.other.side { clip-path: inset(0 0 0 var(--cut)); }
.divider { position: absolute; inset: 0 auto 0 var(--cut); width: 2px; margin-left: -1px; background: #fff; box-shadow: 0 0 0 1px rgb(0 0 0 / 0.35); pointer-events: none; }
.divider::after { content: "‹ ›"; position: absolute; top: 50%; left: 50%; display: grid; place-items: center; width: 36px; height: 36px; margin: -18px; padding-bottom: 3px; border-radius: 50%; background: #fff; color: #191a1e; font: 700 19px/1 var(--sans); box-shadow: 0 1px 8px rgb(0 0 0 / 0.4); }
.frame input { position: absolute; inset: 0; width: 100%; height: 100%; margin: 0; opacity: 0; cursor: ew-resize; appearance: none; touch-action: pan-y; }
.frame input::-webkit-slider-thumb { appearance: none; width: 1px; height: 100%; }
.frame input::-moz-range-thumb { width: 1px; height: 100%; border: 0; }
.tag { position: absolute; bottom: 10px; padding: 2px 10px; border-radius: 999px; background: rgb(12 13 16 / 0.78); color: #fff; font: 600 12.5px/1.6 var(--mono); pointer-events: none; }
.tag.left { left: 10px; }
.tag.right { right: 10px; }
.frame[data-view="pair"] .sides { display: grid; grid-template-columns: 1fr 1fr; gap: 4px; aspect-ratio: auto; background: var(--card); }
.frame[data-view="pair"] .side { position: static; clip-path: none; aspect-ratio: var(--ratio, 1); }
.frame[data-view="pair"] .tag.left { right: calc(50% + 12px); left: auto; }
.frame[data-view="pair"] :is(.divider, input), .frame[data-view="difference"] :is(.divider, input, .tag) { display: none; }
.frame[data-view="difference"] .sides { background: #000; filter: brightness(8); }
.frame[data-view="difference"] .other { clip-path: none; mix-blend-mode: difference; }

.panel { display: grid; gap: 18px; min-width: 0; }
.caption { display: flex; flex-wrap: wrap; gap: 2px 10px; align-items: baseline; overflow-wrap: anywhere; font-weight: 620; }
.caption span { color: var(--muted); font-size: 13px; font-weight: 400; }
.panel .caption { font-size: 21px; line-height: 1.25; letter-spacing: -0.01em; }
.picker legend { padding: 0; margin-bottom: 6px; color: var(--muted); font-size: 13px; }
.picker > div { display: flex; flex-wrap: wrap; gap: 6px; }
.picker label { position: relative; cursor: pointer; }
.picker input { position: absolute; inset: 0; margin: 0; opacity: 0; cursor: pointer; }
.picker span { display: block; padding: 4px 12px; border: 1px solid var(--line); border-radius: 8px; background: var(--page); font-size: 13.5px; }
.picker label:hover span { border-color: var(--axis); }
.picker input:checked + span { border-color: var(--ink); background: var(--ink); color: var(--page); }
.picker input:focus-visible + span { outline: 2px solid var(--accent); outline-offset: 2px; }
[data-picker] span { font-family: var(--mono); font-size: 13px; }
.pause { justify-self: start; padding: 4px 12px; border: 1px solid var(--line); border-radius: 8px; background: var(--page); color: inherit; font: inherit; font-size: 13.5px; cursor: pointer; }
.pause:hover { border-color: var(--axis); }
.pause[aria-pressed="true"] { border-color: var(--ink); background: var(--ink); color: var(--page); }
.facts { display: flex; flex-wrap: wrap; gap: 12px 34px; }
.facts div[hidden] { display: none; }
.facts dt { color: var(--muted); font-size: 13px; }
.facts dd { font-size: 23px; font-weight: 620; letter-spacing: -0.02em; line-height: 1.25; }
.strips p { margin-bottom: 6px; color: var(--muted); font-size: 13px; }
.strips b { margin-right: 8px; color: var(--ink); font: 600 13px var(--mono); }
.swatch { display: inline-block; width: 10px; height: 10px; margin: 0 4px 0 6px; border-radius: 2px; }
.swatch.computed { background: var(--computed); }
.swatch.skipped { background: var(--skipped); }
.strip { display: block; width: 100%; height: 7px; border-radius: 2px; }
.strips .strip { height: 22px; border-radius: 4px; }
.strip .computed { fill: var(--computed); }
.strip .skipped { fill: var(--skipped); }

.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 86px * var(--pictures)), 1fr)); gap: 26px 32px; margin-top: 30px; }
.seed > .caption { margin-bottom: 6px; font-size: 14.5px; }
.thumbs { display: grid; grid-template-columns: repeat(var(--pictures), minmax(0, 150px)); gap: 6px; }
.thumb { display: flex; flex-direction: column; gap: 3px; min-width: 0; padding: 5px; border: 1px solid transparent; border-radius: 9px; background: none; color: inherit; font: inherit; text-align: left; }
.live .thumb { cursor: pointer; }
.live .thumb:hover { background: var(--card); border-color: var(--line); }
.live .thumb[aria-pressed="true"] { background: var(--soft); border-color: var(--accent); }
.source { display: flex; flex-direction: column; gap: 3px; min-width: 0; padding: 5px; border: 1px solid transparent; }
.source .name { color: var(--muted); font: 600 12px/1.5 var(--mono); }
:is(.thumb, .source) img { display: block; width: 100%; height: auto; border-radius: 5px; background: var(--skipped); }
.thumb .name { overflow: hidden; font: 600 12px/1.5 var(--mono); text-overflow: ellipsis; white-space: nowrap; }
.thumb .figures { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 6px; color: var(--muted); font-size: 11.5px; line-height: 1.4; }
@media (max-width: 760px) {
  .stage { grid-template-columns: minmax(0, 1fr); }
  .thumbs { grid-template-columns: repeat(auto-fill, minmax(100px, 1fr)); gap: 4px; }
}
@media print {
  .stage { display: none; }
  .gallery { grid-template-columns: 1fr 1fr; gap: 14px 20px; }
  .thumbs { grid-template-columns: repeat(var(--pictures), minmax(0, 1fr)); }
  .live .thumb, .live .thumb[aria-pressed="true"] { padding: 1px; border: 0; background: none; }
  .thumb .name, .thumb .figures { font-size: 6pt; }
  .strip, .tiles, .swatch, .chart, .dot { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`
