// Which identifiers a template has of its own. Its text is read as it is laid out, by lines and margins, not parsed: in a
// template both branches of an {{#if}} open a brace that one line closes.

// In the place of tags: the name of a tensor or what else the items of an {{#each}} have, anything else that is printed,
// and the lines of a cell.
const NAME = '§'
const OTHER = '¤'
const LINES = '¶'

/**
 * The identifiers that a cell's names could meet in the kernel of a template: `tensors` must not be the name of a tensor,
 * `locals` not that of a value among the printed lines.
 */
export function identifiersOf(template) {
  const text = withoutTags(withoutComments(template))
  // What begins at the margin: a declaration with all that is indented below it, or, first, a part of a function.
  const items = text.split(/^(?=[A-Za-z_@])/m)
  const tensors = items.flatMap((item) =>
    isApart(item) ? [...namesIn(headerOf(item)), ...calledIn(item)] : namesIn(item),
  )
  return { tensors: unique(tensors), locals: unique(blocksOf(text).flatMap(wordsIn)) }
}

export const unique = (names) => [...new Set(names)].sort()

function withoutComments(text) {
  return text
    .replace(/\{\{!--[\s\S]*?--\}\}/g, '')
    .replace(/\/\/.*|"(?:[^"\\\n]|\\.)*"/g, '')
    .replace(/^ *#pragma.*/gm, '')
}

function withoutTags(text) {
  return text
    .replace(/\{\{#each [A-Z_]*LINES\}\}/g, LINES)
    .replace(/^(\{\{([#/>][^}]*|else)\}\})+/gm, '')
    .replace(/\{\{([#/>][^}]*|else)\}\}/g, ' ')
    .replace(/\{\{[a-z][^}]*\}\}/g, NAME)
    .replace(/\{\{[^}]*\}\}/g, OTHER)
}

// All but members and attributes, and those that a tag is part of: those depend on the cell.
const IDENTIFIER = /(?<![\w.@])[A-Za-z_§¤][\w§¤]*/g

function namesIn(text) {
  return (text.match(IDENTIFIER) ?? []).filter((name) => /^\w+$/.test(name))
}

// Members too: a value that is called as one of them beside it is hard to read.
const wordsIn = (text) => namesIn(text.replaceAll('.', ' '))

/** Whether tensors are not seen in there: it has none, and begins at the margin. What it declares inside is its own. */
function isApart(item) {
  return /^\S/.test(item) && !item.includes(NAME)
}

/** Where an item has what it declares for all that follows: its first line, without parameters and body. */
function headerOf(item) {
  let [line] = item.split('\n')
  while (/\([^()]*\)/.test(line)) line = line.replace(/\([^()]*\)/g, '')
  return line.replace(/[({].*/, '')
}

// A tensor at the scope of the module would take the place of a function or type of the language.
function calledIn(item) {
  return namesIn((item.match(new RegExp(`${IDENTIFIER.source}(?=[(<])`, 'g')) ?? []).join(' '))
}

/**
 * Of each block that has a cell's lines: what opens it, what it declares before them, and all that comes after them. Loops
 * before them are over.
 */
function blocksOf(text) {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return lines.flatMap((line, at) => {
    if (!line.includes(LINES)) return []
    const margin = indentOf(lines[at + 1])
    const isOutside = (other) => other.trim() !== LINES && indentOf(other) < margin
    const header = lines.findLastIndex((other, index) => index < at && isOutside(other))
    const end = lines.findIndex((other, index) => index > at && isOutside(other))
    const before = lines.slice(header + 1, at).filter((other) => indentOf(other) === margin)
    return [[lines[header], ...before.map(headerOf), ...lines.slice(at + 1, end)].join('\n')]
  })
}

const indentOf = (line) => line.length - line.trimStart().length
