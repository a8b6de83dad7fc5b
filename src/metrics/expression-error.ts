/** What is wrong with an expression, and which part of its text. */
export class ExpressionError extends Error {
  constructor(
    message: string,
    /** Index of the part's first character. */
    readonly from: number,
    readonly part: string,
    readonly hint?: string,
  ) {
    super(message);
  }
}
