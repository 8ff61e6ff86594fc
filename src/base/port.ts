/** One end of a connection between two threads. */
export interface Port<Out, In> {
  post(message: Out): void;
  onMessage: ((message: In) => void) | undefined;
  /** The other side cannot be had, or failed where it could not say so itself. */
  onFailure: ((message: string) => void) | undefined;
  close(): void;
}
