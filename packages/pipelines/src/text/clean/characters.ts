/** Letters that are two in one. */
const ligatures = new Map(
  'Ĳ=IJ ĳ=ij ŉ=ʼn Ǳ=DZ ǲ=Dz ǳ=dz Ǆ=DŽ ǅ=Dž ǆ=dž Ǉ=LJ ǈ=Lj ǉ=lj Ǌ=NJ ǋ=Nj ǌ=nj ﬀ=ff ﬁ=fi ﬂ=fl ﬃ=ffi ﬄ=ffl ﬅ=ſt ﬆ=st'
    .split(' ')
    .map((pair): [string, string] => [pair[0]!, pair.slice(2)]),
)
const LIGATURE = new RegExp(`[${[...ligatures.keys()].join('')}]`, 'g')

/** Forms half and twice as wide, the wide space among them. */
const WIDE = /[\u3000\uff01-\uffef]/g
const ESCAPE = '\x1b'
/** Colours of terminals. */
const COLOURS = new RegExp(`${ESCAPE}\\[[\\p{Nd};]*[a-zA-Z]`, 'gu')
/** Control characters but for white space, and others that say how to read a text. */
const MARKS = '\\x00-\\x08\\x0b\\x0e-\\x1f\\x7f\\u206a-\\u206f\\ufeff\\ufff9-\\ufffc'
const CONTROLS = new RegExp(`[${MARKS}]`, 'g')

/**
 * What ftfy replaces one by one: ligatures, forms of another width, curly quotes, line breaks, halves of characters, and
 * control characters.
 */
export function plainCharacters(text: string): string {
  return text
    .replace(LIGATURE, (char) => ligatures.get(char)!)
    .replace(WIDE, (char) => char.normalize('NFKC'))
    .replace(/[\u201c-\u201f]/g, '"')
    .replace(/[\u02bc\u2018-\u201b]/g, "'")
    .replace(/\r\n|[\r\u2028\u2029\x85]/g, '\n')
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(COLOURS, '')
    .replace(CONTROLS, '')
}
