import { partials, templates, type Template } from '@tilewright/templates/sources'
import { hashOf, type KernelId, type TemplateView } from '@tilewright/kernels'
import type HandlebarsModule from 'handlebars'
import runtime from 'handlebars/runtime.js'
import { CodegenError } from './errors.ts'

// The runtime's own types declare nothing; it is the module without the compiler.
const environment = (runtime as unknown as typeof HandlebarsModule).create()
for (const [name, partial] of Object.entries(partials)) environment.registerPartial(name, compiled(partial))

/** Where a template's text is, as a path in the repository. */
export function templateFile(key: string): string {
  return template(key).file
}

/** SHA-256 over a template and the partials it includes: two sources with the same hash and view are the same. */
export function templateHash(id: KernelId): string {
  const hashes: string[] = []
  const visit = (part: Template): void => {
    hashes.push(part.sha256)
    for (const name of part.partials) visit(partial(name, part.file))
  }
  visit(template(templateKey(id)))
  return hashOf(hashes.join('\n'))
}

/** `scan/forward.wgsl` */
export function templateKey({ kernel, pass, target }: KernelId): string {
  return `${kernel}/${pass}.${target}`
}

/** Every name that a template, or a partial it includes, takes from the view. */
export function namesOf(key: string): readonly string[] {
  return [...closure(template(key)).keys()].sort()
}

/**
 * The rendered text. A name that the template wants and the view lacks, and a name that the family declares and no
 * template reads, are both errors: a typo can then neither print nothing nor go unseen.
 */
export function render(key: string, view: TemplateView): string {
  const wanted = closure(template(key))
  for (const [name, file] of wanted)
    if (!(name in view))
      throw new CodegenError(
        `${file}: ${name} is not in the view of ${key}; it has ${Object.keys(view).sort().join(', ')}`,
      )
  for (const name of Object.keys(view))
    if (!wanted.has(name))
      throw new CodegenError(`${template(key).file}: ${name} is in the view of ${key}, and no template reads it`)
  for (const [name, value] of Object.entries(view))
    if (typeof value === 'number' && !Number.isFinite(value))
      throw new CodegenError(`${template(key).file}: ${name} is ${value}, not a finite number`)
  const text = compiled(template(key))(view)
  return (
    text
      .replace(/[ \t]+$/gm, '')
      .replace(/\n{3,}/g, '\n\n')
      .trim() + '\n'
  )
}

/** Names with the first file that uses each, over the template and its partials. */
function closure(root: Template): ReadonlyMap<string, string> {
  const names = new Map<string, string>()
  const visit = (part: Template): void => {
    for (const name of part.names) if (!names.has(name)) names.set(name, part.file)
    for (const name of part.partials) visit(partial(name, part.file))
  }
  visit(root)
  return names
}

function template(key: string): Template {
  const found = templates[key]
  if (!found)
    throw new CodegenError(
      `templates/${key}.hbs: there is no such template; there are ${Object.keys(templates).join(', ')}`,
    )
  return found
}

function partial(name: string, from: string): Template {
  const found = partials[name]
  if (!found)
    throw new CodegenError(`${from}: there is no partial ${name}; there are ${Object.keys(partials).join(', ')}`)
  return found
}

function compiled(part: Template): (view: TemplateView) => string {
  return environment.template(part.spec as TemplateSpecification)
}
