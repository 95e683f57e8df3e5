/**
 * Connects the store and the worker: typing is debounced, every answer carries the revision of the text it was computed from and stale
 * ones are dropped, a new edit cancels a run that takes long, and a dead worker loses nothing but time.
 */
import type { EnginePort, FromWorker, Ledger, Message, ScenarioRequest, SimulatedMessage, SourceFile } from '../worker/messages.ts';
import { playedSteps, startOfWalk } from './playback.ts';
import { currentStep, keepPlace } from './player.ts';
import { probeOf } from './request.ts';
import type { AppStore } from './store.ts';
import type { AppState } from './types.ts';

/** Milliseconds. */
export const timing = {
  debounce: 120,
  debounceLarge: 350,
  cancelAfter: 1_500,
  showProgressAfter: 500,
  arrange: 60,
  compact: 3_000,
} as const;

/** More text than this is not sent: a Chromium tab would spend seconds copying and drawing it. UTF-16 code units. */
export const textLimit = 3_000_000;
const largeText = 200_000;

const size = (files: readonly SourceFile[]): number => files.reduce((sum, file) => sum + file.text.length, 0);

/** How many documents a text has, roughly: said while the engine works. */
export const countDocuments = (files: readonly SourceFile[]): number =>
  files.reduce(
    (sum, file) => sum + (file.text.trim() === '' ? 0 : file.text.split(/^---/m).filter((part) => part.trim() !== '').length),
    0,
  );

/**
 * The request that a text asks for when the user has sent none: its Scenario's first, else the first URL that an Ingress serves, else its first
 * load balancer. Nothing changes while the present request is still one of the text's own.
 */
export function requestOfText(state: AppState, answer: SimulatedMessage): Partial<AppState> {
  if (!state.chosenByText || answer.broken) return {};
  const { probe } = state;
  if (probe !== null && answer.requests.some((request) => request.from === probe.from && request.to === probe.to)) return {};
  const wanted = answer.requests[0] ?? outsideRequest(answer);
  if (wanted === null) return { probe: null, from: 'external', to: '', request: null, steps: [], hopDetail: null, chosenByText: true };
  if (probe !== null && wanted.from === probe.from && wanted.to === probe.to) return {};
  return {
    probe: probeOf(wanted),
    from: wanted.from,
    to: wanted.to,
    wish: { kind: wanted.show ?? 'first' },
    chosenByText: true,
    requestTicket: state.requestTicket + 1,
    ...(probe === null ? {} : { playhead: startOfWalk, elapsed: 0 }),
  };
}

function outsideRequest({ suggestions, topology }: SimulatedMessage): ScenarioRequest | null {
  const url = suggestions.destinations.find((destination) => destination.group === 'url');
  if (url !== undefined) return { from: 'external', to: url.value };
  const balanced = topology.services.filter((service) => service.type === 'LoadBalancer' && !service.added);
  const service = suggestions.destinations.find((destination) =>
    balanced.some(({ namespace, name }) => destination.value.startsWith(`service/${namespace}/${name}:`)),
  );
  return service === undefined ? null : { from: 'external', to: service.value };
}

export interface EngineConnection {
  /** The ledger that a link of the present text needs; the whole one when the engine does not answer soon. */
  ledgerForLink(): Promise<Ledger>;
  disconnect(): void;
}

export function connectEngine(store: AppStore, port: EnginePort): EngineConnection {
  let running: { readonly revision: number; readonly since: number } | null = null;
  let debounce: ReturnType<typeof setTimeout> | undefined;
  let progress: ReturnType<typeof setTimeout> | undefined;
  let arranging: ReturnType<typeof setTimeout> | undefined;
  let asked = { revision: 0, ticket: -1 };
  let inspected = { revision: 0, ticket: -1, hop: '', thing: '' };

  const simulate = (): void => {
    const { files, ledger, revision } = store.getState();
    const length = size(files);
    if (length > textLimit) {
      store.setState({ failure: { code: 'page.limit.text', params: { size: length, limit: textLimit } }, progress: null });
      return;
    }
    if (running !== null && Date.now() - running.since > timing.cancelAfter) restart();
    running = { revision, since: running?.since ?? Date.now() };
    const { status } = store.getState();
    store.setState({ status: status === 'starting' ? 'starting' : 'working', failure: null });
    clearTimeout(progress);
    progress = setTimeout(() => {
      if (running !== null) {
        store.setState({ progress: { code: 'page.working.documents', params: { count: countDocuments(store.getState().files) } } });
      }
    }, timing.showProgressAfter);
    port.post({ kind: 'simulate', revision, files, ledger });
  };

  const settle = (): void => {
    running = null;
    clearTimeout(progress);
    store.setState({ status: 'ready', progress: null });
  };

  const restart = (): void => {
    port.restart();
    running = null;
    asked = { revision: 0, ticket: -1 };
    inspected = { revision: 0, ticket: -1, hop: '', thing: '' };
    postStage();
  };

  const postStage = (): void => {
    const { stage, simulatedRevision } = store.getState();
    if (stage.width > 0) port.post({ kind: 'arrange', revision: simulatedRevision, stage });
  };

  /** Asks for the request when text or wish have changed since it was last asked. */
  const ask = (): void => {
    const { probe, wish, serviceUpstream, simulatedRevision, requestTicket } = store.getState();
    if (simulatedRevision === 0 || probe === null) return;
    if (asked.revision === simulatedRevision && asked.ticket === requestTicket) return;
    asked = { revision: simulatedRevision, ticket: requestTicket };
    port.post({ kind: 'request', revision: simulatedRevision, ticket: requestTicket, probe, wish, serviceUpstream });
  };

  /** Asks for the details of what is selected, once per change. */
  const inspect = (state: AppState): void => {
    const hop = currentStep(state)?.hop.id ?? '';
    const thing = state.thing ?? '';
    const now = { revision: state.simulatedRevision, ticket: state.answeredTicket, hop, thing };
    const answerable = state.request !== null && asked.revision === state.simulatedRevision && asked.ticket === state.answeredTicket;
    const same = inspected.revision === now.revision && inspected.ticket === now.ticket;
    if (hop !== '' && answerable && !(same && inspected.hop === hop)) {
      port.post({ kind: 'inspectHop', revision: now.revision, hop });
      inspected = { ...now, thing: inspected.thing };
    }
    if (thing !== inspected.thing || (thing !== '' && inspected.revision !== now.revision)) {
      if (thing !== '') port.post({ kind: 'inspectThing', revision: now.revision, thing });
      inspected = { ...inspected, revision: now.revision, thing };
    }
  };

  /** Answers whoever waits for a link's ledger. */
  let compacted: (ledger: Ledger) => void = () => undefined;

  const receive = (answer: FromWorker): void => {
    const state = store.getState();
    switch (answer.kind) {
      case 'simulated': {
        if (answer.revision !== state.revision) return;
        const chosen = requestOfText(state, answer);
        store.setState({
          simulatedRevision: answer.revision,
          topology: answer.topology,
          problems: answer.problems,
          suggestions: answer.suggestions,
          scenarioRequests: answer.requests,
          title: answer.title,
          counts: answer.counts,
          broken: answer.broken,
          ledger: answer.ledger,
          ...chosen,
        });
        settle();
        if (store.getState().probe === null) postStage();
        else ask();
        return;
      }
      case 'requested': {
        if (answer.revision !== state.simulatedRevision || answer.ticket !== state.requestTicket) return;
        const steps = playedSteps(answer.request.shown, state.unfolded);
        const again = state.answeredTicket === answer.ticket && state.request !== null;
        store.setState({
          request: answer.request,
          steps,
          scene: answer.scene,
          answeredTicket: answer.ticket,
          playhead: again ? keepPlace(state.steps, steps, state.playhead) : keepPlace([], steps, state.playhead),
          hopDetail: null,
          announcement: answer.request.shown.outcome,
        });
        return;
      }
      case 'arranged':
        if (answer.revision === state.simulatedRevision) store.setState({ scene: answer.scene });
        return;
      case 'hop':
        if (answer.revision === state.simulatedRevision && answer.id === inspected.hop) store.setState({ hopDetail: answer.detail });
        return;
      case 'thing':
        if (answer.revision === state.simulatedRevision && answer.id === state.thing) store.setState({ thingDetail: answer.detail });
        return;
      case 'compactLedger':
        if (answer.revision === state.revision) compacted(answer.ledger);
        return;
      case 'progress':
        if (answer.revision === state.revision && store.getState().progress !== null) store.setState({ progress: answer.message });
        return;
      case 'failed':
        if (answer.revision !== state.revision && answer.revision !== state.simulatedRevision) return;
        settle();
        store.setState({ failure: answer.message });
        return;
    }
  };

  const crash = (reason: string): void => {
    running = null;
    clearTimeout(progress);
    store.setState({ status: 'dead', progress: null });
    const label: Message = { code: 'page.engine.retry', params: {} };
    store.getState().notify({
      id: 'engine',
      tone: 'error',
      message: { code: 'page.engine.died', params: { reason } },
      action: { label, run: () => revive() },
    });
  };

  const revive = (): void => {
    store.getState().dismiss('engine');
    restart();
    simulate();
  };

  port.listen({ message: receive, crash });

  const unsubscribe = store.subscribe((state, before) => {
    if (state.revision !== before.revision) {
      clearTimeout(debounce);
      if (state.status === 'dead') {
        store.getState().dismiss('engine');
        restart();
      }
      const opened = state.files.length > 0 && (before.files.length === 0 || !state.edited);
      const wait = opened ? 0 : size(state.files) > largeText ? timing.debounceLarge : timing.debounce;
      debounce = setTimeout(simulate, wait);
    }
    if (state.requestTicket !== before.requestTicket) ask();
    if (state.stage !== before.stage) {
      clearTimeout(arranging);
      arranging = setTimeout(postStage, before.stage.width === 0 ? 0 : timing.arrange);
    }
    if (
      state.playhead !== before.playhead ||
      state.steps !== before.steps ||
      state.thing !== before.thing ||
      state.simulatedRevision !== before.simulatedRevision
    ) {
      inspect(store.getState());
    }
  });

  if (store.getState().files.length > 0) simulate();
  return {
    ledgerForLink() {
      const { ledger, revision, simulatedRevision, broken } = store.getState();
      if (revision !== simulatedRevision || broken) return Promise.resolve(ledger);
      return new Promise((resolve) => {
        const late = setTimeout(() => compacted(ledger), timing.compact);
        compacted = (answer) => {
          clearTimeout(late);
          resolve(answer);
        };
        port.post({ kind: 'compactLedger', revision });
      });
    },
    disconnect() {
      unsubscribe();
      clearTimeout(debounce);
      clearTimeout(progress);
      clearTimeout(arranging);
    },
  };
}
