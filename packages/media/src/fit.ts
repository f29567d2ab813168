/** What browsers run as well. */
export { fitOnWhite } from './fit-on-white.ts'
