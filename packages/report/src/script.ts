/**
 * What moves in the page: the comparison stage and sorting. Plain JavaScript for browsers, kept as text
 * because it goes into the file as it is; it builds elements, never HTML out of strings.
 */
export const script: string = `'use strict'
const one = (root, selector) => root.querySelector(selector)
const all = (root, selector) => [...root.querySelectorAll(selector)]

function compare(root) {
  const stage = one(root, '[data-stage]')
  const frame = one(stage, '.frame')
  const range = one(frame, 'input')
  const picker = one(stage, '[data-picker] div')
  const fact = (name) => one(stage, '[data-fact=' + name + ']')
  let current

  const against = (name) => one(stage, '[name$="-against"][value=' + name + ']')
  let turn = 0

  // Clips side by side begin together: an address of its own makes the browser begin a copy anew.
  const copy = (source) => {
    const media = one(source, 'picture, img').cloneNode(true)
    const image = media.matches('picture') && one(media, 'img')
    if (image) image.src = image.src + '#' + turn
    return media
  }

  const cut = () => {
    frame.style.setProperty('--cut', range.value + '%')
    range.setAttribute('aria-valuetext', range.value + ' % ' + one(frame, '[data-tag=full]').textContent)
  }

  const show = (thumb) => {
    const row = thumb.closest('.seed')
    const reference = one(row, '.thumb')
    if (thumb === reference) {
      const same = (other) => current && other.dataset.method === current.dataset.method
      thumb = all(row, '.thumb').slice(1).find(same) || reference.nextElementSibling
    }
    if (!current || current.closest('.seed') !== row) pick(row, thumb)
    current = thumb
    const before = against('source') && against('source').checked && one(row, '.source')
    turn++
    for (const [side, source] of [['full', before || reference], ['other', thumb]]) {
      one(frame, '[data-side=' + side + ']').replaceChildren(copy(source))
      one(frame, '[data-tag=' + side + ']').textContent = source.dataset.method || 'before'
    }
    cut()
    const image = one(thumb, 'img')
    frame.style.setProperty('--ratio', image.width && image.height ? image.getAttribute('width') + '/' + image.getAttribute('height') : '1')
    fact('caption').textContent = row.dataset.caption
    fact('seed').textContent = 'seed ' + row.dataset.seed
    for (const name of ['psnr', 'nfe', 'speed', 'method']) fact(name).textContent = thumb.dataset[name]
    one(stage, '[data-optional]').hidden = !thumb.dataset.speed
    fact('strip').replaceChildren(one(thumb, '.strip').cloneNode(true))
    for (const other of all(root, '.thumb')) other.setAttribute('aria-pressed', String(other === thumb))
    for (const input of all(picker, 'input')) input.checked = input.value === thumb.dataset.method
  }

  const pick = (row, chosen) => {
    picker.replaceChildren(...all(row, '.thumb').slice(1).map((thumb) => {
      const label = document.createElement('label')
      const input = document.createElement('input')
      const text = document.createElement('span')
      input.type = 'radio'
      input.name = root.dataset.compare + '-method'
      input.value = thumb.dataset.method
      input.checked = thumb === chosen
      input.addEventListener('change', () => show(thumb))
      text.textContent = thumb.dataset.method
      label.append(input, text)
      return label
    }))
  }

  // Each clip has a still beside it for those who want no motion; pausing shows it to everyone.
  const pause = one(stage, '[data-pause]')
  const rest = () => {
    const paused = pause.getAttribute('aria-pressed') === 'true'
    for (const still of all(root, 'picture source')) still.media = paused ? 'all' : '(prefers-reduced-motion: reduce)'
  }
  if (pause) pause.addEventListener('click', () => {
    pause.setAttribute('aria-pressed', String(pause.getAttribute('aria-pressed') !== 'true'))
    rest()
    show(current)
  })

  range.addEventListener('input', cut)
  for (const view of all(stage, '[name$="-view"]')) {
    view.addEventListener('change', () => { frame.dataset.view = view.value })
  }
  for (const choice of all(stage, '[name$="-against"]')) choice.addEventListener('change', () => show(current))
  for (const thumb of all(root, '.thumb')) {
    thumb.addEventListener('click', () => {
      show(thumb)
      const box = stage.getBoundingClientRect()
      if (box.top < 0 || box.top > innerHeight / 2) stage.scrollIntoView({ block: 'start' })
    })
  }
  const first = one(root, '.seed')
  show(all(first, '.thumb').find((thumb) => /^(plan-|paper$)/.test(thumb.dataset.method)) || one(first, '.thumb'))
  stage.hidden = false
}

function sortable(table) {
  const body = table.tBodies[0]
  const heads = all(table, 'th[scope=col]')
  heads.forEach((head, column) => {
    const button = document.createElement('button')
    button.type = 'button'
    button.append(...head.childNodes)
    head.append(button)
    button.addEventListener('click', () => {
      const rising = head.getAttribute('aria-sort') !== 'ascending'
      for (const other of heads) other.removeAttribute('aria-sort')
      head.setAttribute('aria-sort', rising ? 'ascending' : 'descending')
      table.classList.add('sorted')
      const value = (row) => row.cells[column].dataset.value
      const order = (a, b) => column === 0
        ? value(a).localeCompare(value(b), 'en', { numeric: true })
        : (Number(value(a)) || 0) - (Number(value(b)) || 0)
      body.append(...[...body.rows].sort((a, b) => rising ? order(a, b) : order(b, a)))
    })
  })
}

all(document, '[data-compare]').forEach(compare)
all(document, '[data-sortable]').forEach(sortable)
if (innerWidth < 640) for (const guide of all(document, 'details.reading')) guide.open = false
document.documentElement.classList.add('live')

for (const slot of all(document, '.slot')) {
  const thumb = one(document, '#' + slot.dataset.from + ' .thumb[data-method="' + slot.dataset.method + '"]')
  const media = thumb && one(thumb, 'picture, img').cloneNode(true)
  if (media) slot.append(media)
}
`
