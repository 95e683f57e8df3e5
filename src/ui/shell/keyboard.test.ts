/** The keyboard map: what each press does, and when it is left to the element that has the focus. */
import { describe, expect, it } from 'vitest';
import { bindings, commandFor, type KeyContext, type KeyPress, pressOf } from './keyboard.ts';

const free: KeyContext = { taken: false, singleKeys: true, afterG: false };
const press = (key: string, held: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});
const done = (event: KeyPress, context = free) => {
  const outcome = commandFor(event, context);
  return outcome.kind === 'command' ? outcome.command : outcome.kind;
};

describe('a press', () => {
  it.each([
    [press(' '), 'togglePlay'],
    [press('ArrowRight'), 'stepForward'],
    [press('ArrowRight', { shiftKey: true }), 'hopForward'],
    [press('j'), 'hopForward'],
    [press('J', { shiftKey: true }), 'none'],
    [press('Home'), 'start'],
    [press('3'), 'speed3'],
    [press('/'), 'palette'],
    [press('?', { shiftKey: true }), 'keys'],
    [press('k', { ctrlKey: true }), 'palette'],
    [press('k', { metaKey: true }), 'palette'],
    [press('Enter', { ctrlKey: true }), 'send'],
    [press('S', { ctrlKey: true, shiftKey: true }), 'share'],
    [press('F6', { shiftKey: true }), 'previousRegion'],
    [press('Escape'), 'escape'],
    [press('x'), 'none'],
    [press('1', { ctrlKey: true }), 'none'],
    [press(' ', { altKey: true }), 'none'],
  ])('%j does %s', (event, command) => {
    expect(done(event)).toBe(command);
  });

  it('of G waits for a second one', () => {
    expect(done(press('g'))).toBe('waitForSecond');
    expect(done(press('t'), { ...free, afterG: true })).toBe('goTopology');
    expect(done(press('q'), { ...free, afterG: true })).toBe('none');
    expect(done(press('t'))).toBe('none');
  });
});

describe('single keys', () => {
  it.each([
    ['in a text field', { ...free, taken: true }],
    ['when they are switched off', { ...free, singleKeys: false }],
  ])('do nothing %s, and the others still act', (_name, context) => {
    for (const binding of bindings) {
      const outcome = bindings.filter((other) => other.keys === binding.keys);
      expect(outcome).toHaveLength(1);
    }
    expect(done(press(' '), context)).toBe('none');
    expect(done(press('g'), context)).toBe('none');
    expect(done(press('Enter', { ctrlKey: true }), context)).toBe('send');
  });
});

it('is written as the sheet lists it', () => {
  expect(pressOf(press('s', { ctrlKey: true, shiftKey: true }))).toBe('Ctrl+Shift+S');
});
