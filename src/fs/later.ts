// Answers that may take time. A back end that has one at hand gives it at once, so that a request is done within the guest's
// notification; the others give a promise.

export type Later<T> = T | Promise<T>;

/** Goes on with an answer when it is there. */
export function after<T, U>(answer: Later<T>, next: (value: T) => Later<U>): Later<U> {
  return answer instanceof Promise ? answer.then(next) : next(answer);
}

/** The same with what is to be done where it fails, which throws or answers in its place. */
export function afterEither<T, U>(
  answer: () => Later<T>,
  next: (value: T) => Later<U>,
  failed: (error: unknown) => Later<U>,
): Later<U> {
  try {
    const value = answer();
    return value instanceof Promise ? value.then(next).catch(failed) : settled(next(value), failed);
  } catch (error) {
    return failed(error);
  }
}

function settled<U>(value: Later<U>, failed: (error: unknown) => Later<U>): Later<U> {
  return value instanceof Promise ? value.catch(failed) : value;
}

/** Does `then` in the end, whether it fails or not. */
export function finallyDo<T>(answer: () => Later<T>, then: () => void): Later<T> {
  let value: Later<T>;
  try {
    value = answer();
  } catch (error) {
    then();
    throw error;
  }
  if (value instanceof Promise) return value.finally(then);
  then();
  return value;
}

/** One after the other; `each` may stop the rest by answering false. */
export function inTurn<T>(
  items: readonly T[],
  each: (item: T, index: number) => Later<boolean>,
  from = 0,
): Later<void> {
  for (let i = from; i < items.length; i++) {
    const more = each(items[i]!, i);
    if (more instanceof Promise) return more.then((goOn) => (goOn ? inTurn(items, each, i + 1) : undefined));
    if (!more) return;
  }
}
