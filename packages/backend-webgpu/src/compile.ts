import type { Failure } from '@tilewright/tuner'
import { compilerMessage } from './messages.ts'
import { scoped } from './scopes.ts'
import { isFailure, type Session } from './session.ts'

/** A WGSL module with its pipelines by entry point. */
export interface Compiled {
  /** The pipeline of one entry point, made at the first call. */
  pipeline(entryPoint: string): Promise<GPUComputePipeline | Failure>
}

/** Compiles a module and the pipelines of `entryPoints`. What Dawn says about the source becomes a failure's message. */
export async function compile(
  session: Session,
  source: string,
  entryPoints: readonly string[],
): Promise<Compiled | Failure> {
  const { device } = session
  const { value: module, error } = await scoped(device, () => device.createShaderModule({ code: source }))
  const information = await session.within(module.getCompilationInfo())
  if (isFailure(information)) return information
  const errors = information.messages.filter(({ type }) => type === 'error')
  if (errors.length > 0) return compileFailure('validation', errors.map(compilerMessage).join('\n'))
  if (error) return compileFailure(error.reason, error.message)

  const pipelines = new Map<string, GPUComputePipeline>()
  const compiled: Compiled = {
    async pipeline(entryPoint) {
      const known = pipelines.get(entryPoint)
      if (known) return known
      const made = await pipelineOf(session, module, entryPoint)
      if (!isFailure(made)) pipelines.set(entryPoint, made)
      return made
    },
  }
  for (const entryPoint of entryPoints) {
    const made = await compiled.pipeline(entryPoint)
    if (isFailure(made)) return made
  }
  return compiled
}

async function pipelineOf(
  session: Session,
  module: GPUShaderModule,
  entryPoint: string,
): Promise<GPUComputePipeline | Failure> {
  const made = session.device.createComputePipelineAsync({ layout: 'auto', compute: { module, entryPoint } }).catch(
    // A GPUPipelineError; its class is no global in Node.
    (cause: unknown): Failure => {
      const { reason, message } = cause as { readonly reason?: string; readonly message?: string }
      return compileFailure(reason ?? 'internal', `${entryPoint}: ${(message ?? String(cause)).trim()}`)
    },
  )
  const answer = await session.within(made)
  return session.failure() ?? answer
}

function compileFailure(reason: string, message: string): Failure {
  return { status: 'compile', reason, message }
}
