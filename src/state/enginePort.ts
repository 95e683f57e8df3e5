/** The engine's worker as a port: messages out, messages in, and a restart that ends whatever runs. */
import type { EnginePort, FromWorker, ToWorker } from '../worker/messages.ts';

/** The engine behind a port; `restart` ends what runs and begins anew, with nothing kept. */
export function createEnginePort(startWorker: () => Worker): EnginePort {
  let handlers: Parameters<EnginePort['listen']>[0] | null = null;
  let worker: Worker | null = null;

  const start = (): Worker => {
    const started = startWorker();
    started.onmessage = (event: MessageEvent<FromWorker>) => handlers?.message(event.data);
    started.onerror = (event) => {
      event.preventDefault();
      handlers?.crash(event.message ?? '');
    };
    started.onmessageerror = () => handlers?.crash('messageerror');
    return started;
  };

  return {
    post(message: ToWorker) {
      worker ??= start();
      worker.postMessage(message);
    },
    restart() {
      worker?.terminate();
      worker = start();
    },
    listen(next) {
      handlers = next;
    },
  };
}
