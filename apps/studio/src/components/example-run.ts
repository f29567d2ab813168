import { h } from '../dom/element.ts'
import { readImage } from '../image/read-image.ts'
import type { Source } from '../state/settings.ts'
import { strip } from './strip.ts'

/** Decisions of the run below: the plan for 12 evaluations that comes with the emoji model. */
const DECISIONS = 'CSCSCSSCSSCSSCSSSCSSSCSSSSCSSSSSCSSSSSCSSSSSSCSSSS'

/**
 * "a red fox, 3d", seed 7, in 12 of 50 evaluations: the rough previews after 2, 7, 13, 21, 32 and 45 steps, and the picture; WebP,
 * 7 frames of 64 by 64 beside each other.
 */
const FILM =
  'data:image/webp;base64,UklGRjINAABXRUJQVlA4WAoAAAAwAAAAvwEAPwAASUNDUMgBAAAAAAHIAAAAAAQwAABtbnRyUkdCIFhZWiAH4AABAAEAAAAAAABhY3NwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQAA9tYAAQAAAADTLQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAlkZXNjAAAA8AAAACRyWFlaAAABFAAAABRnWFlaAAABKAAAABRiWFlaAAABPAAAABR3dHB0AAABUAAAABRyVFJDAAABZAAAAChnVFJDAAABZAAAAChiVFJDAAABZAAAAChjcHJ0AAABjAAAADxtbHVjAAAAAAAAAAEAAAAMZW5VUwAAAAgAAAAcAHMAUgBHAEJYWVogAAAAAAAAb6IAADj1AAADkFhZWiAAAAAAAABimQAAt4UAABjaWFlaIAAAAAAAACSgAAAPhAAAts9YWVogAAAAAAAA9tYAAQAAAADTLXBhcmEAAAAAAAQAAAACZmYAAPKnAAANWQAAE9AAAApbAAAAAAAAAABtbHVjAAAAAAAAAAEAAAAMZW5VUwAAACAAAAAcAEcAbwBvAGcAbABlACAASQBuAGMALgAgADIAMAAxADZBTFBIFwEAAA0hMgGLjVP/xEpE9D+7B7AkSW6l9IzW4z1Hg9OyN8LDAz31rPtrIqQvFDEBjNy2caSZLacFt//h4Vo2yEYEkkGjbJDdu9d67iePQDzWPvwqVGI3s3Tuyg94RhRIBaeFU1R/93ZRl4ExYERkk7gkAwpAJmgKpjCuAdzyBmG3p1rAJa4A2l82FTwAuQZw61dBPAkCGeVZt4Bb3whg+9SKOvzgHzz1OjgEU3+3vN1vQ4k+/GCI4U3g7v6P7n/d/7r//Qtd9z+CIM0AQDBSd6i/28kbBQhBueeITNgeTucODeCekJcVwt0AxiQQCulZJ1B/95S8AYnnFJChRPXpMiExpv7uhb+wKlTLwQd/DsgBGRXcgXH1d8tXAABWUDggJAoAANBJAJ0BKsABQAA+kTiXSSWjJSEvcY54sBIJaACuGefVPlLmp4LPpH3z/C8dceaILuQ9ybvaXoAdM3jW+ovxH/Gv/fWkuqogsOp6bJYFSUjyzFanr4kuu6uBNJJHWpm/uvGf7dhwJS5AfxRrmyRA7/KqiTh7XApvu37joy58dqmN1v/ysnye0NkDjwcvwP0/mj5r9xJmb1yA2rK43uvVtFl9Y0IOoPQQdFa9vPtwoS/nMLr/LT+xVyexDIiEXNOvE84+amxaMXs3Dmm5ZzogYQ0N8s0/Y5aPfSVSb+cbjlWX59/Z8QqdheTYKcldGb1EZtkkGrvLBY3vZHEh8xl0jfjIxYM/Qq+TOmrE5R3nbY2IAt48rGOf6Az+W3sW0KCvrApwnOxV29V7Ibu8987/JzHrSRJKfX8k6VnHSNzDNnwlqDyP3ucjgq2eLbIJlxkdEFGppd58Awik6qidK/ODil1+xtoVpaTzhvL8G0UC2T6AmyBUP1p24Fm58Tq/5XEHXzIEaY5u8PiCY8GmpROiViLgBdXXcsTAygJ+9KJwCdfv7Thj35yjrmpfrzabYYKWCUpA9+iivQRszjr22z6vhDbvRWH5R8DET5Mke1+iknPZUWW5EmIQwgfvU4tHcjpEqSSAksvihzJAEBPUik0AxUbf+O83IUk2kOvAFgN+QMnjRHzJ4n8liKs7bTJtYAjkPM9cnUcLQSu5zk6BnDtf1gpMLDyQPTaNFHp+an5LGEXVGkbvIxvt57TYc1bJWe+uA9b0HG//809FcElE1Wk+3RGf9d5QANAAAP77slRqEt4vF43Uoy7yn1qRA5hc5I8ui863onkkaqBTjAWp4p7rRTWbw56Nbi6H4C121Yls0qTczIS5F09YkT3Le1uIj57iEdAuRovkdr+HfdLlm9oKlAuY1D5vDsjm2xQUmbi1S5JX5oI5oZ7kR/arw9GO7XoYOvciX3s79teVAm4kev2XBHHbuZwTAC4UjTKWC3bJ0K8BdvruTuHL3qbb8yHarFMp+6Z7yXRJBK4u1BcRH+USAo/IIcY45NN6xhB7maIdi0WqoWJ/jcO7858FoePym3LaHCASjo9UYiVYjFsnUBbfGXX2Bgpxu3CaM24hSr1lWsV4+Xaw+3Pch6BAdodsSmZUD88UQAkUpHIH/seyWUAGgo16yz6nibLAsIQ1c+p9SNjowVwN+4lFVVFltBy4nBy7vpdyrfDCim+KYAIqJi/euMqNyEWcvdVN/XBa7i4wCinKQcH3y478fE54FwLEO/edyIy+YbJzcnoiUGateQXtfLVFOGx4uU/545FT4dNFKpkoQCrAkj/FObHwB/8VQHe2S/RZQ/O1U0fzAQ5MAxFEM4vTPcUI5OBpof9IuHVuz8bX8SMUWzwRHqXeZ1h5+wFjn/FWBy23Xh2Zaf19hpGjv5d8skXvjW8umWhkEiIWYXAwXJhMjMCPKebP/ctvWFIne0gqcU4v1qxGhP/LBE6iWyuawAZmtcVnlsUaPFAYW2u66bG816kQfNuqZoRxg7NuROIa/Ssi28tAaxwsRXk13Pi3d37i4TBo3HUFRucol1/rf/PTbyW51wbxh6X+2OeO1/QwrbwaBmAE4prup8Dc+oUOhtM4xrdLM9LwkTS8W9a9RbVRzuC5phx0SwDXXf2FdzA+z6wXK75PYV220fAuYMmU/VWV0Oo4uXQ7gkSuBR9er9B+rgccmWZlwkdZQPtjaXgLHpNkPj/is6vVWDtft2MsMW6G5c641dpKRA52S9E9NyAKPSaJ6SPyatoN3ijg8FqS3coHb3YNLTGa2bER7vLUc1LMaeFeor053fRjbB70NT1N3cD6kkeeK/Op2m02pqyRnTXdC5qU081kJUZvA3MeLVkK9OW2+QULbmb+1fjlsr+2Aee/0OZeX8wT4Q7iV1emqoPHjqwcKa7PhDii9PKQ/D4ZsrijhJH/4KU8Vc9ZA6KSDjDcI6Xk7RukdX/CWQyv8dm4uxt2RF1+rC2isgHrvAsxg600vp9KHkG5jhD/n5kkW9sT/XVKK0ON2s0+uPfl+FoOut8/MtpUMin6VCuXon6ExTo9wcJlNHrpBN/EG2zhSL/j9DibU3WdAm+5DtIP7kRA7hHz67GdPR8/VD1UhEaPuvF20XB1rQW5dGfG4WGxnL4Fb5bhm1rNRXPFIUESmo5NQkNUwMvKjeLt/yC9PTFsSilpx+xElXZvpJatpfGcas3NQpPcU6/AOCyeih6hVRY1AWoMFP/dbPmyXChtydXViGSpAQxoS4gKpS2DPEoqO4m+i1A9/S1fYKJQsQzVhgKgzbk8fioUKw7IotftQUcwXivFQapLoU/LEMEVvidWvpwg9tPBjg+PgJE7oJy0plv3lnEwKsfPS9ZuTgI1GzKp/WS9DBAMYr0Bxy7zVaXfCv8ZAFjzQNywxfmIq2JangMA62iIopTOSh+ZGVl1X/hP7Ms8pLEaSoJBRGzK0F0/FzWEIbLiFgKj/rnZjiyocfj31VcQSywiYBrTEZCInvH1dhhdYuJ/yS8kOs1eLP354TkQa9WNqFv3RB29Bf1cCwmiPLSvwPIqxQ7F+HNDpYSIopAUAJ/LefgGOj4fPpg99yhPsehBTjjr4OSmfU36RRpTtzhoWUPAURjkALsRVK8z4a9N8YjBzsxNlON6d921ihgIKcv4Nsny+u3y/gwYAkn0zaabA8N7AL01ZWNBftgSo2ClGFCGiYP4wEBfLU309f+Wv/QzxwJlALxGW8TKkfiN8pT8Lmswq4ZIM+S/YK7E9GdQYyVrJFCLS/7BYx7Xu4TdTJTEVeZyw3pDkygORlfbnVMEVEXJWOX3JTOLrNbcYH1sITrUvIn9oSM413iO3gA8qeUK2fmHm9RrS2j2ZIhQ791bB0hm2QtjaIbyoSCbv9zVbyGXlBtgWP6r3CoFN4EufKx2Wbx6YAgFQS7qkAA4H+jN3in6XGkxsuYQGroQ++nB2RhhfC937BYZImmtD8aA9Eh6SuT0aLJZpniRjXTB+meHvk7b4kV+pPkkgm8D41CFP+qA8wB1byqIXapC6QxnrqitMyK3b6NmvdLseG03MY9aqZnTv0vKxbf34GUuZUl6Xxlbi6ZKMOY4kl/OVAQDEEee9rXebA1XsOWdIQZMd3OdLhwoRkN6EvqzobgW3HV6O8od/Q4OZ164LPS4G0dxSmS6huN/0xVE+652NOIiuKMQLnuIhJvrI9pHSs7VgZMT/qqe7p/X64cC79r1XMxniVVofSgXUlqVmyIkeJwSL5cuGoi6PQp5bF69OzIDaT5jH3pYA6ucLp2j/3AaMkMaBARUnJYtivYFO3AYFFk19f34ZdI5UHsw69TMX62jpmy3eWwsrCRnryr9PDcpSarvk7kUroYeAF6gCICZjBDz5g1TLzARZZWJmGRyMXMdxp/+/Ib0EDVSCQBvb/a4ZaV9WEwCMICgiF/7I44AAAA='

/** A run from noise to picture, what was evaluated on the way under it. */
export function exampleRun(): HTMLElement {
  const decisions = strip()
  decisions.update(DECISIONS, DECISIONS.length)
  return h(
    'figure',
    { class: 'example' },
    h('img', {
      src: FILM,
      width: 448,
      height: 64,
      alt: 'A picture in the making, from coloured blotches to a red fox',
    }),
    decisions.element,
    h(
      'figcaption',
      {},
      'A run of the emoji model: 12 dark steps are evaluated, 38 light ones are computed from them.',
    ),
  )
}

/** Pixels of a frame on a side. */
const SIZE = 64

/** What the run came to, as a picture to edit. */
export async function examplePicture(): Promise<Source> {
  const film = await readImage(await (await fetch(FILM)).blob())
  const data = new Uint8Array(3 * SIZE * SIZE)
  for (let y = 0; y < SIZE; y++) {
    const end = 3 * film.width * (y + 1)
    data.set(film.data.subarray(end - 3 * SIZE, end), 3 * SIZE * y)
  }
  return { name: 'red fox', image: { width: SIZE, height: SIZE, data } }
}
