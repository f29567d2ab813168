// What the bytes of UTF-8 become when they are read in one of the other encodings, as ftfy 6.3 has it.
const firstOf2 = 'Â-ßĀĂĆČĎĐĒĖĘĚĞĢĪİĶĹĻŁŃŅŇŌŐŘŚŞŠŢŪŮŰŲŹŻŽΒ-ΡΣ-ίВ-Я'
const firstOf3 = 'à-ïāăąćčďēėęěģīįķĺļŕźΰ-οа-п'
const firstOf4 = 'ðóđğšπσру'
const following = '\u0080-¿ÆØæøĄąĽľŁłŒœŖŗŚśŞ-šŤťŸ-žƒˆˇ˘˛-˝΄-ΆΈ-ΊΌΎΏЁ-ЌЎЏё-ќўџҐґ†‡‰‹›€№™'
/** The same, and what is common elsewhere too. */
const maybeFollowing = `${following} –-―‘-‚“-„•…`

/** Characters in a row that may be one misread character of UTF-8 or several. */
export const misreadUtf8: RegExp = new RegExp(
  `(?<![${following}])(?:[${firstOf2}][${maybeFollowing}]|[${firstOf3}][${maybeFollowing}]{2}|[${firstOf4}][${maybeFollowing}]{3})+`,
  'gu',
)
