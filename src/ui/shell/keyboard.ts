/**
 * The keyboard map as data: what the page obeys and what the sheet lists are the same table. Single keys act only outside text fields
 * and can be switched off. Keys of the graph itself (zoom, arrows between things) belong to the graph and act when it has the focus.
 */
export type Command =
  | 'togglePlay'
  | 'stepForward'
  | 'stepBack'
  | 'hopForward'
  | 'hopBack'
  | 'start'
  | 'end'
  | 'speed1'
  | 'speed2'
  | 'speed3'
  | 'speed4'
  | 'goTopology'
  | 'goManifests'
  | 'goInspector'
  | 'goPlayer'
  | 'nextRegion'
  | 'previousRegion'
  | 'palette'
  | 'send'
  | 'share'
  | 'keys'
  | 'escape';

export interface Binding {
  /** As drawn in the sheet: keys of one press joined by "+", presses in a row by a blank. */
  readonly keys: string;
  readonly command: Command;
  readonly group: 'play' | 'go' | 'do';
  /** A bare key: off in text fields, and when the user switched single keys off. */
  readonly single: boolean;
}

export const bindings: readonly Binding[] = [
  { keys: 'Space', command: 'togglePlay', group: 'play', single: true },
  { keys: 'ArrowRight', command: 'stepForward', group: 'play', single: true },
  { keys: 'ArrowLeft', command: 'stepBack', group: 'play', single: true },
  { keys: 'Shift+ArrowRight', command: 'hopForward', group: 'play', single: true },
  { keys: 'Shift+ArrowLeft', command: 'hopBack', group: 'play', single: true },
  { keys: 'J', command: 'hopForward', group: 'play', single: true },
  { keys: 'K', command: 'hopBack', group: 'play', single: true },
  { keys: 'Home', command: 'start', group: 'play', single: true },
  { keys: 'End', command: 'end', group: 'play', single: true },
  { keys: '1', command: 'speed1', group: 'play', single: true },
  { keys: '2', command: 'speed2', group: 'play', single: true },
  { keys: '3', command: 'speed3', group: 'play', single: true },
  { keys: '4', command: 'speed4', group: 'play', single: true },
  { keys: 'G T', command: 'goTopology', group: 'go', single: true },
  { keys: 'G E', command: 'goManifests', group: 'go', single: true },
  { keys: 'G I', command: 'goInspector', group: 'go', single: true },
  { keys: 'G P', command: 'goPlayer', group: 'go', single: true },
  { keys: 'F6', command: 'nextRegion', group: 'go', single: false },
  { keys: 'Shift+F6', command: 'previousRegion', group: 'go', single: false },
  { keys: '/', command: 'palette', group: 'do', single: true },
  { keys: 'Ctrl+K', command: 'palette', group: 'do', single: false },
  { keys: 'Ctrl+Enter', command: 'send', group: 'do', single: false },
  { keys: 'Ctrl+Shift+S', command: 'share', group: 'do', single: false },
  { keys: '?', command: 'keys', group: 'do', single: true },
  { keys: 'Esc', command: 'escape', group: 'do', single: false },
];

/** The parts of a KeyboardEvent that decide. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

export interface KeyContext {
  /** The focus is in something that takes text, or moves with the key itself. */
  readonly taken: boolean;
  readonly singleKeys: boolean;
  /** G was pressed just before. */
  readonly afterG: boolean;
}

/** "Ctrl+Shift+S", "ArrowRight", "?"; Command on a Mac counts as Ctrl. */
export function pressOf(event: KeyPress): string {
  const named = event.key === ' ' ? 'Space' : event.key === 'Escape' ? 'Esc' : event.key;
  const letter = /^[a-z]$/i.test(named);
  const key = letter ? named.toUpperCase() : named;
  const control = event.ctrlKey || event.metaKey ? 'Ctrl+' : '';
  const alt = event.altKey ? 'Alt+' : '';
  const shift = event.shiftKey && (letter || key.length > 1) ? 'Shift+' : '';
  return `${control}${alt}${shift}${key}`;
}

export type KeyOutcome =
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'waitForSecond' }
  | { readonly kind: 'none' };

export function commandFor(event: KeyPress, context: KeyContext): KeyOutcome {
  const press = context.afterG ? `G ${pressOf(event)}` : pressOf(event);
  const singleAllowed = context.singleKeys && !context.taken;
  if (press === 'G' && singleAllowed) return { kind: 'waitForSecond' };
  const binding = bindings.find((candidate) => candidate.keys === press);
  if (binding === undefined || (binding.single && !singleAllowed)) return { kind: 'none' };
  return { kind: 'command', command: binding.command };
}

/** Elements that use the key themselves. */
const takesText = 'input, textarea, select, [contenteditable="true"], [role="textbox"], [role="combobox"], .monaco-editor';
const movesByArrows =
  '[role="slider"], [role="tablist"], [role="separator"], [role="menu"], [role="listbox"], [role="application"], [role="dialog"]';
const pressedBySpace = 'button, a[href], summary, [role="tab"], [role="menuitem"]';

export function isTaken(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest(takesText) !== null || target.closest('[role="dialog"]') !== null) return true;
  if (key.startsWith('Arrow') || key === 'Home' || key === 'End') return target.closest(movesByArrows) !== null;
  return key === ' ' && target.closest(pressedBySpace) !== null;
}
