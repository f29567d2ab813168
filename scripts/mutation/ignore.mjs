// Which mutants say nothing about the tests: those that the compiler refuses, and the wording of errors.

// Those who take the field at fault and then the message, and who take the message alone.
const errors = /Error$|^(invalidArgument|unsupported|mismatch|refuse|refusal)$/
const problems = /^(wrong|incomplete|(Range|Type)?Error)$/
const words = new Set(['problem', 'hint', 'limits', 'remedy', 'advice'])

/** Why nothing below a node is mutated, `undefined` where it is. */
function shouldIgnore(path) {
  if (isTableOfNames(path)) return 'a table of names with one missing does not compile'
  if (isText(path) && isWording(path)) return 'the wording of an error'
  return undefined
}

/** `const names: Names<Options> = { a: true }`: the type asks for every name and for `true`. */
function isTableOfNames({ node }) {
  const type = node.type === 'VariableDeclarator' ? node.id.typeAnnotation?.typeAnnotation : undefined
  return type?.typeName?.name === 'Names' || type?.typeName?.name === 'OptionNames'
}

function isText({ node }) {
  return node.type === 'StringLiteral' || node.type === 'TemplateLiteral'
}

/** Within an error's message, or below a name for such text. */
function isWording(path) {
  for (let at = path; at.parentPath; at = at.parentPath) {
    const { node, parent } = at
    if (parent.type === 'ObjectProperty' && parent.value === node && parent.key.name === 'message')
      return true
    if (parent.type === 'VariableDeclarator') return words.has(parent.id.name)
    if (parent.type === 'CallExpression' || parent.type === 'NewExpression') {
      const name = parent.callee.name ?? parent.callee.property?.name ?? ''
      const place = parent.arguments.indexOf(node)
      return (problems.test(name) && place === 0) || (errors.test(name) && place > 0)
    }
    if (/Function|Statement$/.test(parent.type)) return false
  }
  return false
}

export const strykerPlugins = [{ kind: 'Ignore', name: 'fastflow', value: { shouldIgnore } }]
