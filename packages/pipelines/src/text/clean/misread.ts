import { SPACE } from './spaces.ts'

// Characters that misread UTF-8 shows up as, by kind, and neighbours that are unlikely unless text was misread. Kinds and
// neighbours are those of ftfy 6.3 by Robyn Speer, https://github.com/rspeer/python-ftfy, which explains each of them; the
// same texts have to count as misread.

/** In many places, and by themselves no sign. */
const common = '\u00a0\u00ad´·–-―’…'
/** Control characters that nothing uses. */
const c1 = '\u0080-\u009f'
/** Hardly ever but where text was misread. */
const bad = '¤¦¨ª¬¯¸ºƒˆˇ˘˛˜†‡‰⌐◊\ufffd'
const law = '§¶'
const currency = '¢£¥₧€'
const opening = '¡©«¿΄΅‘‚“„•‹\uf8ff'
const closing = '®»˝”›™'
const numeric = '±-³µ¹¼-¾×÷⁄№∂∆∏∑√∞∩∫≈≠≡≤≥'
const faces = '°Ò-ÖÙ-Üò-öø-üŌŐŪŲ'
const upperAccented = 'À-ÑØÜÝĀĂĄĆČĎĐĒĖĘĚĞĢĪİĶĹĻĽŁŃŅŇŒŘŚŞŠŢŤŮŰŸŹŻŽҐ'
const lowerAccented = 'ß-ñüāăąćčďđēėęěğģīįķĺļľłœŕśşšťźżžґ\ufb01\ufb02'
const upperCommon = 'ÞΆΈ-ΊΌΎΏΑ-ΫЁ-Я'
const lowerCommon = 'ά-ωа-џ'
const box = '│┌┐┘├┤┬┼═-╬▀▄█▌▐-▓'
const accented = `${lowerAccented}${upperAccented}`

const unlikely = [
  `[${c1}]`,
  `[${bad}${accented}${box}${opening}${closing}${currency}${numeric}${law}][${bad}]`,
  `[a-zA-Z][${lowerCommon}${upperCommon}][${bad}]`,
  `[${bad}][${accented}${box}${opening}${closing}${currency}${numeric}${law}]`,
  `[${lowerAccented}${lowerCommon}${box}${closing}${currency}${numeric}][${upperAccented}]`,
  `[${box}${closing}${currency}${numeric}][${lowerAccented}]`,
  `[${lowerAccented}${box}${closing}][${currency}]`,
  `${SPACE}[${upperAccented}][${currency}]`,
  `[${upperAccented}${box}][${numeric}${law}]`,
  `[${accented}${box}${currency}${closing}][${opening}][${numeric}]`,
  `[${accented}${currency}${numeric}${box}${law}][${closing}][${opening}]`,
  `[${currency}${numeric}${box}][${opening}]`,
  `[a-z][${upperAccented}][${opening}${currency}]`,
  `[${box}][${faces}]`,
  `[${accented}${currency}${numeric}${opening}${closing}${law}][${box}]`,
  `[${box}][${closing}]`,
  `[${accented}][${opening}${closing}][\\p{L}\\p{N}_]`,
  '[Œœ][^A-Za-z]',
  `[${upperAccented}]°`,
  `[ÂÃÎÐ][€œŠš¢£Ÿž\\xa0\\xad®©°·»${opening}${closing}–—´]`,
  '×[²³]',
  `(?:[ØÙ][${common}${currency}${bad}${numeric}${opening}ŸŠ®°µ»]){2}`,
  'à[²µ¹¼½¾]',
  '√[±∂†≠®™´≤≥¥µø]',
  '≈[°¢]',
  '‚Ä[ìîïòôúùû†°¢π]',
  '‚[âó][àä°ê]',
  'вЂ',
  `[ВГРС][${c1}${bad}${opening}${closing}${currency}°µ][ВГРС]`,
  'ГўВЂВ.[A-Za-z ]',
  'Ã[\\xa0¡]',
  `[a-z]${SPACE}?[ÃÂ][ ]`,
  '^[ÃÂ][ ]',
  `[a-z.,?!${closing}]Â[ ${opening}${closing}]`,
  'β€[™\\xa0Ά\\xad®°]',
  `[ΒΓΞΟ][${c1}${bad}${opening}${closing}${currency}°][ΒΓΞΟ]`,
  'ā€',
].join('|')

const expression = new RegExp(unlikely, 'u')

/** Whether a text looks like UTF-8 that was read in another encoding. */
export function isMisread(text: string): boolean {
  return expression.test(text)
}
