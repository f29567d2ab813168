export type { Comparison, Media, ModelSection, Picture, ReportDocument } from './document.ts'
export { renderReport } from './report.ts'
export { visible } from './visible.ts'
