// Puts the modules into one file for each export, in a form that JavaScript engines compile while they load it. A function
// that is compiled when it is first called is parsed a second time for it: for a small space that took three quarters of
// the time from the rules to the configurations. Importing the modules one by one took three times as long as this file.
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { parseAst } from 'rolldown/parseAst'

const path = (name) => fileURLToPath(new URL(name, import.meta.url))
const bundle = await rolldown({
  input: { index: path('src/index.ts'), 'language/rule-writer': path('src/language/rule-writer.ts') },
  platform: 'neutral',
  plugins: [{ name: 'eager', renderChunk: (code) => ({ code: eager(code), map: null }) }],
})
await bundle.write({ dir: path('dist'), format: 'esm', chunkFileNames: 'shared.js' })
await bundle.close()

/**
 * The same program with functions as expressions in brackets, which engines take as about to be called
 * (https://v8.dev/blog/preparser#pife). Methods are written so too, with names of their own instead of private ones.
 */
function eager(code) {
  const edits = []
  const replace = (start, end, text) => edits.push({ start, end, text })
  const visit = (node, owner) => {
    if (Array.isArray(node)) return node.forEach((one) => visit(one, owner))
    if (typeof node?.type !== 'string') return
    if (node.type === 'FunctionDeclaration' && owner === 'Program') {
      replace(node.start, node.start, `var ${node.id.name}=(`)
      replace(node.end, node.end, ');')
    } else if (node.type === 'ArrowFunctionExpression' && !readsThis(node.body) && !node.async) {
      const arrow = code.indexOf('=>', node.params.at(-1)?.end ?? node.start)
      const isBlock = node.body.type === 'BlockStatement'
      replace(node.start, node.start, '(function')
      replace(arrow, arrow + 2, isBlock ? '' : '{return ')
      replace(node.end, node.end, isBlock ? ')' : '})')
    } else if (node.type === 'PrivateIdentifier') replace(node.start, node.start + 1, '_')
    else if (node.type === 'MethodDefinition' && node.kind === 'method' && !node.static && !node.computed) {
      const name = code.slice(node.key.start, node.key.end).replace('#', '_')
      replace(node.start, node.value.start, `static{this.prototype.${name}=(function${node.value.generator ? '*' : ''}`)
      replace(node.end, node.end, ')}')
      return visit(node.value, node.type)
    }
    for (const part of Object.values(node)) visit(part, node.type)
  }
  visit(parseAst(code), '')
  // From the back; of those at one place the ends of what is inside come first.
  let text = code
  for (const { start, end, text: own } of edits
    .map((edit, i) => ({ ...edit, i }))
    .sort((a, b) => b.start - a.start || a.i - b.i))
    text = text.slice(0, start) + own + text.slice(end)
  return text
}

function readsThis(node) {
  if (Array.isArray(node)) return node.some(readsThis)
  if (typeof node?.type !== 'string' || node.type === 'FunctionExpression') return false
  return node.type === 'ThisExpression' || Object.values(node).some(readsThis)
}
