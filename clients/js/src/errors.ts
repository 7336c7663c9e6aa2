/** A call that the server refused or that didn't reach it, or a server that can't be started. */
export class MockError extends Error {
  override readonly name = "MockError";

  /**
   * @param message what is wrong, and what to do.
   * @param errorType the error's type, such as `member_not_found`; "" if there was no valid response.
   */
  constructor(
    message: string,
    readonly errorType: string = "",
  ) {
    super(message);
  }
}
