/** The store's shape: one interface per slice, so that slices can read each other without importing each other. */

import type { ShareState } from '../share/envelope.ts';
import type { EndpointSuggestions, HopDetail, ProblemModel, RequestModel, ThingDetail, TopologyModel } from '../view/model.ts';
import type { SceneModel, StageSettings } from '../view/scene.ts';
import type { BranchWish, Ledger, Message, Probe, ScenarioRequest, SourceFile, SourceRange } from '../worker/messages.ts';
import type { PlayedStep, Playhead } from './playback.ts';

/** Everything that a share link and the browser's storage hold of a work. */
export type Work = ShareState;

export interface DocumentsSlice {
  readonly files: readonly SourceFile[];
  readonly activeFile: string;
  readonly ledger: Ledger;
  readonly scenario: string | null;
  /** Whether the text differs from the scenario or link it began as. */
  readonly edited: boolean;
  /** Counts every change of the text; answers carry it. */
  readonly revision: number;
  /** The last closed file, for undo. */
  readonly closed: { readonly file: SourceFile; readonly index: number } | null;
  /** Where the editor is asked to go; `ticket` makes asking for the same place twice two askings. */
  readonly goTo: { readonly range: SourceRange; readonly ticket: number; readonly focus: boolean } | null;
  editFile(name: string, text: string): void;
  addFile(name?: string, text?: string): void;
  renameFile(name: string, to: string): boolean;
  closeFile(name: string): void;
  reopenFile(): void;
  selectFile(name: string): void;
  openWork(work: Work, options?: { readonly edited?: boolean }): void;
  reveal(range: SourceRange, options?: { readonly focus?: boolean }): void;
}

export type EngineStatus = 'starting' | 'working' | 'ready' | 'dead';

export interface SimulationSlice {
  readonly status: EngineStatus;
  /** The revision that topology, problems and scene belong to; 0 before the first answer. */
  readonly simulatedRevision: number;
  readonly topology: TopologyModel | null;
  readonly problems: readonly ProblemModel[];
  readonly suggestions: EndpointSuggestions;
  readonly scenarioRequests: readonly ScenarioRequest[];
  readonly title: string | null;
  readonly counts: { readonly objects: number; readonly added: number };
  /** True while the text can't be read and the picture is that of the last good text. */
  readonly broken: boolean;
  readonly scene: SceneModel | null;
  /** What the worker is doing, once it has taken longer than half a second. */
  readonly progress: Message | null;
  /** Why there is no answer: too large, worker died. */
  readonly failure: Message | null;
}

export interface RequestSlice {
  /** The words in the request bar. */
  readonly from: string;
  readonly to: string;
  /** The request that was sent last; null until one is. */
  readonly probe: Probe | null;
  /** True while the page chose the request from the text; it then follows the text. False once the user sent one. */
  readonly chosenByText: boolean;
  readonly wish: BranchWish;
  readonly serviceUpstream: boolean;
  readonly request: RequestModel | null;
  /** The shown legs' steps of the request's branch, in playing order. */
  readonly steps: readonly PlayedStep[];
  /** Whether the packets that are folded away at first are shown and played too. */
  readonly unfolded: boolean;
  readonly requestTicket: number;
  /** The ticket that `request` answers; the player waits while it is behind. */
  readonly answeredTicket: number;
  setFrom(from: string): void;
  setTo(to: string): void;
  /** Sends what the bar says and plays it from the start. */
  send(): void;
  sendRequest(request: ScenarioRequest): void;
  chooseBranch(index: number): void;
  setServiceUpstream(on: boolean): void;
  toggleUnfolded(): void;
}

export type Speed = 0.5 | 1 | 2 | 4;

export interface PlayerSlice {
  readonly playhead: Playhead;
  readonly playing: boolean;
  readonly speed: Speed;
  /** Milliseconds spent in the present step at speed 1. */
  readonly elapsed: number;
  play(): void;
  pause(): void;
  togglePlay(): void;
  stepForward(): void;
  stepBack(): void;
  hopForward(): void;
  hopBack(): void;
  /** Goes to one step, by its index in `steps`, and rests at its end. */
  seek(index: number): void;
  setSpeed(speed: Speed): void;
  /** Called by the animation frame loop with real milliseconds. */
  tick(milliseconds: number): void;
}

export interface SelectionSlice {
  /** A node, Pod or outside thing that the inspector shows instead of the hop; null: the hop under the playhead. */
  readonly thing: string | null;
  readonly hopDetail: HopDetail | null;
  readonly thingDetail: ThingDetail | null;
  selectHop(hop: string): void;
  selectThing(thing: string | null): void;
}

export type Theme = 'system' | 'dark' | 'light';
export type PhoneTab = 'hops' | 'map' | 'manifests' | 'inspector';
export type Dialog = 'palette' | 'keys' | 'share' | 'about' | 'kept' | null;

export interface LayoutSlice {
  readonly theme: Theme;
  readonly projector: boolean;
  readonly singleKeys: boolean;
  readonly phoneTab: PhoneTab;
  readonly dialog: Dialog;
  readonly stage: StageSettings;
  /** Panel group → its panels' sizes in per cent. */
  readonly panels: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** True once the first walk is on the screen: what can wait loads now. */
  readonly firstHopDrawn: boolean;
  readonly online: boolean;
  setTheme(theme: Theme): void;
  setProjector(on: boolean): void;
  setSingleKeys(on: boolean): void;
  setPhoneTab(tab: PhoneTab): void;
  openDialog(dialog: Dialog): void;
  resizeStage(width: number, height: number): void;
  toggleExpanded(thing: string, expanded: boolean): void;
  tidy(): void;
  rememberPanels(group: string, sizes: Readonly<Record<string, number>>): void;
  markFirstHopDrawn(): void;
  setOnline(online: boolean): void;
}

/** One sentence above the areas, with what can be done about it. */
export interface Notice {
  readonly id: string;
  readonly tone: 'info' | 'warning' | 'error';
  readonly message: Message;
  readonly action: { readonly label: Message; readonly run: () => void } | null;
}

/** A work that was put aside when another was opened. */
export interface KeptWork {
  readonly id: string;
  readonly title: string;
  /** ISO 8601. */
  readonly keptAt: string;
  readonly work: Work;
}

export interface ShareSlice {
  readonly notices: readonly Notice[];
  /** What the live region says now. */
  readonly announcement: Message | null;
  readonly link: string | null;
  readonly kept: readonly KeptWork[];
  notify(notice: Notice): void;
  dismiss(id: string): void;
  announce(message: Message): void;
  setLink(link: string | null): void;
  /** Puts the present work aside (when edited), newest first. */
  keepWork(title: string, keptAt: string): void;
  restoreKept(id: string, keptAt: string): void;
  setKept(kept: readonly KeptWork[]): void;
}

export interface AppState extends DocumentsSlice, SimulationSlice, RequestSlice, PlayerSlice, SelectionSlice, LayoutSlice, ShareSlice {}

export type SetState = (change: Partial<AppState> | ((state: AppState) => Partial<AppState>)) => void;
export type GetState = () => AppState;
