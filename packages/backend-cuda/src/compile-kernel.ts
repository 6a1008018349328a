import type { Kernel } from '@tilewright/codegen'
import type { Failure } from '@tilewright/tuner'
import { compile } from './compile.ts'
import type { Compiled, CompileOptions } from './compile.ts'
import { missingReport } from './messages.ts'
import type { EntryReport } from './ptxas-report.ts'

/** Compiles a kernel that was rendered; a source without its entry point is a `compile` failure too. */
export async function compileKernel(
  { source, entryPoint }: Kernel,
  options: Omit<CompileOptions, 'name'>,
): Promise<(Compiled & { readonly report: EntryReport }) | Failure> {
  const compiled = await compile(source, { ...options, name: entryPoint })
  if (compiled.status !== 'compiled') return compiled
  const report = compiled.reports[entryPoint]
  if (report !== undefined) return { ...compiled, report }
  const message = missingReport(entryPoint, Object.keys(compiled.reports))
  return { status: 'compile', reason: 'entry-point', message }
}
