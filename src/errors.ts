/** The closed list of error codes. */
export type ErrorCode =
  | 'ERR_SHAPE'
  | 'ERR_DTYPE'
  | 'ERR_DEVICE'
  | 'ERR_ARGUMENT'
  | 'ERR_DISPOSED'
  | 'ERR_CAPTURE'
  | 'ERR_OUT_OF_MEMORY'
  | 'ERR_CUDA'
  | 'ERR_FORMAT'
  | 'ERR_ABORTED'
  | 'ERR_INTERNAL';

/**
 * Every error that hebb throws: `code` says what kind it is, the message names the op, the fault and the values.
 *
 * @example
 * try {
 *   matmul(zeros([2, 3]), zeros([4, 3]));
 * } catch (error) {
 *   if (error instanceof HebbError) console.log(error.code); // ERR_SHAPE
 * }
 */
export class HebbError extends Error {
  override readonly name = 'HebbError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The error of an inner op as one of the op of that name; what names no op, as being out of memory, is answered as it is. */
export function asErrorOf(name: string, error: unknown, inner: RegExp): unknown {
  if (!(error instanceof HebbError)) return error;
  const message = error.message.replace(inner, `${name}: `);
  return message === error.message ? error : new HebbError(error.code, message, { cause: error });
}
