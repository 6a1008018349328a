/** A template and its view disagree: a defect of a template or a family, never of the user's input. */
export class CodegenError extends Error {
  override readonly name = 'CodegenError'
  readonly code = 'E_TEMPLATE_NAME'
}
