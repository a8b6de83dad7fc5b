/** A command that does not do what its writer meant: what is wrong with it, and which word. */
export class OperationError extends Error {
  constructor(
    message: string,
    readonly word: string,
    readonly hint?: string,
  ) {
    super(message);
  }
}
