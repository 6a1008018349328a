// Precompiles the templates and packs the rule files, so that neither codegen nor a browser reads files or compiles.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import Handlebars from 'handlebars'
import { identifiersOf, unique } from './identifiers.mjs'

const families = ['recurrent-fused', 'scan']
const options = { strict: true, noEscape: true, knownHelpersOnly: true }

const filesOf = (folder, ending) =>
  readdirSync(new URL(`${folder}/`, import.meta.url))
    .filter((name) => name.endsWith(ending))
    .map((name) => ({ file: `templates/${folder}/${name}`, name: name.slice(0, -ending.length), folder }))
    .map((entry) => ({ ...entry, text: readFileSync(new URL(`../${entry.file}`, import.meta.url), 'utf8') }))

/** Names that the text takes from the view, and partials that it includes, from its syntax tree. */
function usesOf({ file, text }) {
  const names = new Set()
  const partials = new Set()
  const visitor = new Handlebars.Visitor()
  const { PathExpression, PartialStatement } = Handlebars.Visitor.prototype
  visitor.PathExpression = function (node) {
    // Names of the view are SCREAMING_SNAKE; lower-case ones are fields of the item of an #each, or helpers.
    if (!node.data && /^[A-Z][A-Z0-9_]*$/.test(node.parts[0] ?? '')) names.add(node.parts[0])
    PathExpression.call(this, node)
  }
  visitor.PartialStatement = function (node) {
    partials.add(node.name.original)
    PartialStatement.call(this, node)
  }
  visitor.accept(Handlebars.parse(text, { srcName: file }))
  return { names: [...names].sort(), partials: [...partials].sort() }
}

const entry = (key, source) => {
  const { names, partials } = usesOf(source)
  const spec = Handlebars.precompile(source.text, options)
  const sha256 = createHash('sha256').update(source.text).digest('hex')
  return `${JSON.stringify(key)}: { file: ${JSON.stringify(source.file)}, sha256: '${sha256}', names: ${JSON.stringify(names)}, partials: ${JSON.stringify(partials)}, spec: ${spec} }`
}

const sources = families.flatMap((family) => filesOf(family, '.hbs').map((s) => ({ ...s, key: `${family}/${s.name}` })))
const partialSources = filesOf('partials', '.hbs')
const templates = sources.map((s) => entry(s.key, s))
const partials = partialSources.map((s) => entry(s.name, s))

/** A template and the partials that it includes, they and theirs. */
const textsOf = (source) => [
  source.text,
  ...usesOf(source).partials.flatMap((name) => textsOf(partialSources.find((s) => s.name === name))),
]
const identifiers = sources.map((s) => {
  const found = textsOf(s).map(identifiersOf)
  const all = (kind) => unique(found.flatMap((each) => each[kind]))
  return `${JSON.stringify(s.key)}: ${JSON.stringify({ tensors: all('tensors'), locals: all('locals') })}`
})
const spaces = families.flatMap((family) =>
  filesOf(family, '.space').map(
    (s) =>
      `${JSON.stringify(`${family}/${s.name}`)}: { file: ${JSON.stringify(s.file)}, text: ${JSON.stringify(s.text)} }`,
  ),
)

mkdirSync(new URL('dist/', import.meta.url), { recursive: true })
const write = (name, text) => writeFileSync(new URL(`dist/${name}`, import.meta.url), text)
write(
  'sources.js',
  `export const templates = {\n${templates.join(',\n')}\n}\nexport const partials = {\n${partials.join(',\n')}\n}\n`,
)
write(
  'sources.d.ts',
  `/** A precompiled template: where it comes from, the hash of its text, the names of the view and the partials that it uses. */
export interface Template {
  readonly file: string
  readonly sha256: string
  readonly names: readonly string[]
  readonly partials: readonly string[]
  readonly spec: unknown
}
export declare const templates: Readonly<Record<string, Template>>
export declare const partials: Readonly<Record<string, Template>>
`,
)
write('spaces.js', `export const spaces = {\n${spaces.join(',\n')}\n}\n`)
write(
  'spaces.d.ts',
  `/** A rule file by its key, such as \`scan/forward.cuda\`. */
export declare const spaces: Readonly<Record<string, { readonly file: string; readonly text: string }>>
`,
)
// Apart from the templates: kernels need the names alone.
write('identifiers.js', `export const identifiers = {\n${identifiers.join(',\n')}\n}\n`)
write(
  'identifiers.d.ts',
  `/**
 * The identifiers that a template and its partials have of their own, by its key, such as \`scan/forward.cuda\`: what a
 * tensor must not be called there, and what a value among the printed lines of a cell must not.
 */
export declare const identifiers: Readonly<
  Record<string, { readonly tensors: readonly string[]; readonly locals: readonly string[] }>
>
`,
)
