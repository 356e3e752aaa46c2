import { CancelledError } from '../../core/errors';
import { errorToData } from './rpc';
import type { CallTable, Port, Reply, Request } from './rpc';

export interface CallContext<Event> {
  readonly signal: AbortSignal;
  readonly emit: (event: Event) => void;
}

export type Handlers<T extends CallTable<T>> = {
  readonly [K in keyof T]: (
    params: T[K]['params'],
    context: CallContext<T[K]['event']>,
  ) => Promise<T[K]['result']>;
};

type AnyHandler = (params: unknown, context: CallContext<unknown>) => Promise<unknown>;

/** What is under way at the answering end. */
export interface Serving {
  /** Fires the signal of every other call, and waits until they are over. */
  cancelOthers(signal: AbortSignal): Promise<void>;
}

/**
 * Answers calls from the other end of `port`; each call has a signal that its caller can fire.
 * @param first Answers the calls `K`.
 * @param later Loads what answers the others, at the first of them: those of `first` need not wait
 * for its code.
 */
export function serveCalls<T extends CallTable<T>, K extends keyof T = keyof T>(
  port: Port,
  first: Handlers<Pick<T, K>>,
  later: () => Promise<Handlers<Omit<T, K>>>,
): Serving {
  const handlerOf = finder(first, later);
  const running = new Map<number, AbortController>();
  const over = new Map<AbortController, Promise<void>>();
  const reply = (message: Reply) => port.postMessage(message);
  port.on('message', (message) => {
    // Both ends are ours and built together: the shape needs no check.
    const request = message as Request;
    const { id } = request;
    if (request.kind === 'cancel') {
      running.get(id)?.abort();
      return;
    }
    const controller = new AbortController();
    running.set(id, controller);
    const emit = (event: unknown) => reply({ id, kind: 'event', event });
    const answered = handlerOf(request.method)
      .then((handler) => {
        if (controller.signal.aborted) {
          throw new CancelledError(); // while the code was loaded
        }
        return handler(request.params, { signal: controller.signal, emit });
      })
      .then(
        (result) => reply({ id, kind: 'result', result }),
        (error: unknown) => reply({ id, kind: 'error', error: errorToData(error) }),
      )
      // What cannot cross between threads is an error of its own.
      .catch((error: unknown) => reply({ id, kind: 'error', error: errorToData(error) }))
      .finally(() => {
        running.delete(id);
        over.delete(controller);
      });
    over.set(controller, answered);
  });
  return {
    cancelOthers: async (signal) => {
      const others = [...over].filter(([controller]) => controller.signal !== signal);
      for (const [controller] of others) {
        controller.abort();
      }
      await Promise.all(others.map(([, answered]) => answered));
    },
  };
}

/** Finds the handler of a call by its name. @throws Error when there is none. */
function finder(
  first: object,
  later: () => Promise<object>,
): (method: string) => Promise<AnyHandler> {
  const table = new Map(Object.entries(first) as [string, AnyHandler][]);
  let rest: Promise<ReadonlyMap<string, AnyHandler>> | undefined;
  return async (method) => {
    const known = table.get(method);
    if (known !== undefined) {
      return known;
    }
    rest ??= later().then((handlers) => new Map(Object.entries(handlers)));
    const handler = (await rest).get(method);
    if (handler === undefined) {
      throw new Error(`No call ${method}.`);
    }
    return handler;
  };
}
